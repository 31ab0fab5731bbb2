//! Policies of accounts: each has an id and a body as Appwrite's models have them.

use serde_json::{Value, json};

use crate::{
    account::{AccountsConfig, PasswordPolicy},
    core::error::{ApiError, ApiResult},
};

/// The policies that there are. What denies addresses of certain providers needs lists of them that somebody keeps
/// fresh; a server without them does not pretend.
pub const POLICIES: [&str; 11] = [
    "password-dictionary",
    "password-history",
    "password-strength",
    "password-personal-data",
    "session-alert",
    "session-duration",
    "session-invalidation",
    "session-limit",
    "user-limit",
    "membership-privacy",
    "deny-aliased-email",
];

/// Seconds that a session lasts at most, and where nobody says otherwise.
const YEAR: i64 = 365 * 86_400;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policies {
    pub passwords: PasswordPolicy,
    pub strength: Strength,
    /// Sessions of one person at once; 0: as many as they like.
    pub sessions: u32,
    pub session_alerts: bool,
    /// Milliseconds that a session lasts.
    pub session_duration: i64,
    /// Whether a new password ends the sessions of before.
    pub session_invalidation: bool,
    /// People who may have an account; 0: as many as there are.
    pub users: u32,
    pub memberships: MembershipPrivacy,
    /// Whether `ada+news@example.org` is refused as an address.
    pub deny_aliased_email: bool,
}

/// What a new password must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strength {
    /// Characters at least.
    pub min: u32,
    pub uppercase: bool,
    pub lowercase: bool,
    pub number: bool,
    pub symbols: bool,
}

/// What the people of a team see of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MembershipPrivacy {
    pub user_id: bool,
    pub user_email: bool,
    pub user_phone: bool,
    pub user_name: bool,
    pub user_mfa: bool,
    pub user_accessed_at: bool,
}

impl Policies {
    /// As the configuration says, or as Appwrite has it.
    pub fn of(config: &AccountsConfig) -> Self {
        Self {
            passwords: config.passwords,
            strength: Strength { min: 8, uppercase: false, lowercase: false, number: false, symbols: false },
            sessions: config.sessions,
            session_alerts: config.session_alerts,
            session_duration: YEAR * 1000,
            session_invalidation: true,
            users: 0,
            memberships: MembershipPrivacy {
                user_id: true,
                user_email: true,
                user_phone: true,
                user_name: true,
                user_mfa: true,
                user_accessed_at: true,
            },
            deny_aliased_email: false,
        }
    }

    /// One policy as Appwrite shows it.
    pub fn json(&self, id: &str) -> Option<Value> {
        let enabled = |on: bool| json!({ "enabled": on });
        let total = |total: u32| json!({ "total": total });
        let mut policy = match id {
            "password-dictionary" => enabled(self.passwords.dictionary),
            "password-history" => total(self.passwords.remembered),
            "password-strength" => json!({
                "min": self.strength.min,
                "uppercase": self.strength.uppercase,
                "lowercase": self.strength.lowercase,
                "number": self.strength.number,
                "symbols": self.strength.symbols,
            }),
            "password-personal-data" => enabled(self.passwords.personal_data),
            "session-alert" => enabled(self.session_alerts),
            "session-duration" => json!({ "duration": self.session_duration / 1000 }),
            "session-invalidation" => enabled(self.session_invalidation),
            "session-limit" => total(self.sessions),
            "user-limit" => total(self.users),
            "membership-privacy" => json!({
                "userId": self.memberships.user_id,
                "userEmail": self.memberships.user_email,
                "userPhone": self.memberships.user_phone,
                "userName": self.memberships.user_name,
                "userMFA": self.memberships.user_mfa,
                "userAccessedAt": self.memberships.user_accessed_at,
            }),
            "deny-aliased-email" => enabled(self.deny_aliased_email),
            _ => return None,
        };
        policy["$id"] = json!(id);
        Some(policy)
    }

    /// Sets one policy from a body like its JSON; what has several values keeps those that are not given.
    pub fn set(&mut self, id: &str, body: &Value) -> ApiResult<()> {
        match id {
            "password-dictionary" => self.passwords.dictionary = flag(body, "enabled")?,
            "password-history" => self.passwords.remembered = total(body)?,
            "password-strength" => {
                let strength = &mut self.strength;
                if given(body, "min").is_some() {
                    strength.min = number(body, "min", 8, 256)?;
                }
                for (name, value) in [
                    ("uppercase", &mut strength.uppercase),
                    ("lowercase", &mut strength.lowercase),
                    ("number", &mut strength.number),
                    ("symbols", &mut strength.symbols),
                ] {
                    set_flag(body, name, value)?;
                }
            }
            "password-personal-data" => self.passwords.personal_data = flag(body, "enabled")?,
            "session-alert" => self.session_alerts = flag(body, "enabled")?,
            "session-duration" => {
                self.session_duration = number::<i64>(body, "duration", 5, YEAR)? * 1000;
            }
            "session-invalidation" => self.session_invalidation = flag(body, "enabled")?,
            "session-limit" => self.sessions = total(body)?,
            "user-limit" => self.users = total(body)?,
            "membership-privacy" => {
                let shown = &mut self.memberships;
                for (name, value) in [
                    ("userId", &mut shown.user_id),
                    ("userEmail", &mut shown.user_email),
                    ("userPhone", &mut shown.user_phone),
                    ("userName", &mut shown.user_name),
                    ("userMFA", &mut shown.user_mfa),
                    ("userAccessedAt", &mut shown.user_accessed_at),
                ] {
                    set_flag(body, name, value)?;
                }
            }
            "deny-aliased-email" => self.deny_aliased_email = flag(body, "enabled")?,
            _ => return Err(ApiError::argument(format!("There is no policy '{id}' here."))),
        }
        Ok(())
    }
}

fn given<'a>(body: &'a Value, name: &str) -> Option<&'a Value> {
    body.get(name).filter(|value| !value.is_null())
}

fn flag(body: &Value, name: &str) -> ApiResult<bool> {
    given(body, name)
        .and_then(Value::as_bool)
        .ok_or_else(|| ApiError::argument(format!("'{name}' is true or false.")))
}

fn set_flag(body: &Value, name: &str, value: &mut bool) -> ApiResult<()> {
    if given(body, name).is_some() {
        *value = flag(body, name)?;
    }
    Ok(())
}

fn number<T: TryFrom<i64>>(body: &Value, name: &str, least: i64, most: i64) -> ApiResult<T> {
    given(body, name)
        .and_then(Value::as_i64)
        .filter(|number| (least..=most).contains(number))
        .and_then(|number| T::try_from(number).ok())
        .ok_or_else(|| ApiError::argument(format!("'{name}' is a number from {least} to {most}.")))
}

/// A limit; null, and 0 as we show it, mean that there is none.
fn total(body: &Value) -> ApiResult<u32> {
    match body.get("total") {
        Some(Value::Null) => Ok(0),
        Some(zero) if zero.as_i64() == Some(0) => Ok(0),
        _ => number(body, "total", 1, 5000),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_policy_is_shown_as_it_was_set() {
        let mut policies = Policies::of(&AccountsConfig::default());
        for (id, body) in [
            ("password-dictionary", json!({ "enabled": true })),
            ("password-history", json!({ "total": 5 })),
            ("password-strength", json!({ "min": 12, "symbols": true })),
            ("session-duration", json!({ "duration": 3600 })),
            ("session-limit", json!({ "total": null })),
            ("user-limit", json!({ "total": 5000 })),
            ("membership-privacy", json!({ "userEmail": false })),
            ("deny-aliased-email", json!({ "enabled": true })),
        ] {
            policies.set(id, &body).expect(id);
            let shown = policies.json(id).expect(id);
            for (name, value) in body.as_object().expect("an object") {
                let expected = if value.is_null() { &json!(0) } else { value };
                assert_eq!(&shown[name], expected, "{id}");
            }
        }
        assert_eq!(policies.json("password-strength").expect("there")["lowercase"], false);
        assert_eq!(policies.json("membership-privacy").expect("there")["userName"], true);
        for id in POLICIES {
            assert_eq!(policies.json(id).expect(id)["$id"], id);
        }
    }

    #[test]
    fn what_is_out_of_range_or_of_another_kind_is_refused() {
        let mut policies = Policies::of(&AccountsConfig::default());
        let before = policies;
        for (id, body) in [
            ("password-dictionary", json!({})),
            ("password-dictionary", json!({ "enabled": "yes" })),
            ("password-history", json!({})),
            ("password-history", json!({ "total": 5001 })),
            ("password-strength", json!({ "min": 7 })),
            ("session-duration", json!({ "duration": 4 })),
            ("session-duration", json!({ "duration": YEAR + 1 })),
            ("session-limit", json!({ "total": -1 })),
            ("user-limit", json!({ "total": 1.5 })),
            ("deny-free-email", json!({ "enabled": true })),
        ] {
            assert!(policies.set(id, &body).is_err(), "{id} {body}");
        }
        assert_eq!(policies, before);
    }

    proptest! {
        #[test]
        fn no_number_gets_past_its_bounds(number in any::<i64>()) {
            let mut policies = Policies::of(&AccountsConfig::default());
            let _ = policies.set("session-duration", &json!({ "duration": number }));
            prop_assert!((5_000..=YEAR * 1000).contains(&policies.session_duration));
            let _ = policies.set("password-strength", &json!({ "min": number }));
            prop_assert!((8..=256).contains(&policies.strength.min));
        }
    }
}
