//! Permissions: `read("team:organisation")`, and whom they let in.

use super::{
    caller::Caller,
    error::{ApiError, ApiResult},
    ids,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Read,
    Create,
    Update,
    Delete,
}

impl Action {
    const ALL: [Self; 4] = [Self::Read, Self::Create, Self::Update, Self::Delete];

    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// The permission strings that let one of `roles` do `action`.
pub fn opening(action: Action, roles: &[String]) -> Vec<String> {
    roles.iter().map(|role| format!("{}(\"{role}\")", action.name())).collect()
}

/// Whether `permissions` let the caller do `action`. API keys may do everything.
pub fn allows(permissions: &[String], action: Action, caller: &Caller) -> bool {
    caller.is_key() || opening(action, caller.roles()).iter().any(|wanted| permissions.contains(wanted))
}

/// Permissions as they are kept: `write` taken apart, duplicates gone, every role well formed.
pub fn parse(given: &[String]) -> ApiResult<Vec<String>> {
    if given.len() > 100 {
        return Err(ApiError::argument("At most 100 permissions."));
    }
    let mut kept: Vec<String> = Vec::new();
    for permission in given {
        let (verb, role) = split(permission)
            .filter(|(_, role)| is_role(role))
            .ok_or_else(|| ApiError::argument(format!("'{permission}' is no permission.")))?;
        let actions: Vec<Action> = match verb {
            "write" => vec![Action::Create, Action::Update, Action::Delete],
            verb => Action::ALL.into_iter().filter(|action| action.name() == verb).collect(),
        };
        if actions.is_empty() {
            return Err(ApiError::argument(format!("'{permission}' is no permission.")));
        }
        for action in actions {
            let whole = format!("{}(\"{role}\")", action.name());
            if !kept.contains(&whole) {
                kept.push(whole);
            }
        }
    }
    Ok(kept)
}

/// The permissions of a new row or file: as given, else the creator's own. Nobody grants a role that they lack.
pub fn for_new(given: Option<Vec<String>>, caller: &Caller) -> ApiResult<Vec<String>> {
    let Some(given) = given else {
        let own = caller.user_id().map(|id| format!("user:{id}"));
        return Ok(own.map_or_else(Vec::new, |role| {
            [Action::Read, Action::Update, Action::Delete]
                .map(|a| format!("{}(\"{role}\")", a.name()))
                .to_vec()
        }));
    };
    let parsed = parse(&given)?;
    let grantable = |permission: &String| {
        split(permission).is_some_and(|(_, role)| caller.roles().iter().any(|own| own == role))
    };
    if caller.is_key() || parsed.iter().all(grantable) {
        return Ok(parsed);
    }
    Err(ApiError::new(
        axum::http::StatusCode::UNAUTHORIZED,
        "user_unauthorized",
        "Permissions can only be given to roles that you have.",
    ))
}

fn split(permission: &str) -> Option<(&str, &str)> {
    let (verb, rest) = permission.split_once("(\"")?;
    Some((verb, rest.strip_suffix("\")")?))
}

/// Whether somebody can have this role.
pub fn is_role(role: &str) -> bool {
    let (kind, rest) = role.split_once(':').map_or((role, None), |(kind, rest)| (kind, Some(rest)));
    let (id, dimension) = rest.map_or((None, None), |rest| match rest.split_once('/') {
        Some((id, dimension)) => (Some(id), Some(dimension)),
        None => (Some(rest), None),
    });
    let is_word = |word: &str| {
        !word.is_empty()
            && word.len() <= 81
            && word.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    };
    match kind {
        "any" | "guests" => rest.is_none(),
        "users" => role == "users" || role == "users/verified" || role == "users/unverified",
        "users/verified" | "users/unverified" => rest.is_none(),
        "user" => id.is_some_and(ids::is_id) && matches!(dimension, None | Some("verified" | "unverified")),
        "team" => id.is_some_and(ids::is_id) && dimension.is_none_or(is_word),
        "member" => id.is_some_and(ids::is_id) && dimension.is_none(),
        "label" => id.is_some_and(is_word) && dimension.is_none(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn given(list: &[&str]) -> Vec<String> {
        list.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn write_is_taken_apart_and_nonsense_refused() {
        let parsed =
            parse(&given(&["write(\"any\")", "update(\"any\")", "read(\"team:a/owner\")"])).expect("valid");
        assert_eq!(
            parsed,
            ["create(\"any\")", "update(\"any\")", "delete(\"any\")", "read(\"team:a/owner\")"]
        );
        for bad in [
            "read(any)",
            "own(\"any\")",
            "read(\"user:\")",
            "read(\"user:a/b/c\")",
            "read(\"any:x\")",
            "read(\"any\") ",
            "",
        ] {
            assert!(parse(&given(&[bad])).is_err(), "{bad}");
        }
    }

    #[test]
    fn nobody_grants_what_they_are_not() {
        let ada = Caller::user_for_test("ada");
        assert_eq!(for_new(None, &ada).expect("default").len(), 3);
        assert!(for_new(Some(given(&["read(\"users\")"])), &ada).is_ok());
        assert!(for_new(Some(given(&["read(\"user:ben\")"])), &ada).is_err());
        assert!(allows(&given(&["read(\"user:ada\")"]), Action::Read, &ada));
        assert!(!allows(&given(&["read(\"user:ada\")"]), Action::Update, &ada));
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_is_stable(text in ".{0,60}") {
            if let Ok(parsed) = parse(&[text]) {
                prop_assert_eq!(parse(&parsed).expect("still valid"), parsed);
            }
        }
    }
}
