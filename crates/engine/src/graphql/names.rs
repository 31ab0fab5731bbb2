//! Names of tables and columns as GraphQL allows them.

use std::collections::HashSet;

/// The same name, where every sign that GraphQL does not allow is `_`, and one `_` more stands before a digit at the
/// beginning. What begins with `__` is GraphQL's own.
pub fn name(text: &str) -> String {
    let sign = |sign: char| if sign.is_ascii_alphanumeric() { sign } else { '_' };
    let name: String = text.chars().map(sign).collect();
    let rest = name.trim_start_matches('_');
    match rest.chars().next() {
        Some(first) if first.is_ascii_alphabetic() && rest.len() == name.len() => name,
        _ => format!("_{rest}"),
    }
}

/// Names that are somebody's.
#[derive(Debug, Default)]
pub struct Taken(HashSet<String>);

impl Taken {
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self(names.into_iter().map(str::to_owned).collect())
    }

    /// Takes all of these names, or, where one is another's already, none.
    pub fn take(&mut self, names: &[&str]) -> bool {
        let free = !names.iter().any(|name| self.0.contains(*name));
        if free {
            self.0.extend(names.iter().map(|name| (*name).to_owned()));
        }
        free
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn is_name(name: &str) -> bool {
        let mut signs = name.chars();
        signs.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
            && signs.all(|sign| sign.is_ascii_alphanumeric() || sign == '_')
            && !name.starts_with("__")
    }

    #[test]
    fn names_stay_what_they_are_where_they_can() {
        for (id, expected) in [
            ("notes", "notes"),
            ("my_notes", "my_notes"),
            ("my-notes", "my_notes"),
            ("a.b", "a_b"),
            ("2024", "_2024"),
            ("__type", "_type"),
            ("", "_"),
            ("Größe", "Gr__e"),
        ] {
            assert_eq!(name(id), expected, "{id}");
        }
        let mut taken = Taken::of(["User"]);
        assert!(!taken.take(&["Note", "User"]) && taken.take(&["Note", "Notes"]) && !taken.take(&["Note"]));
    }

    proptest! {
        #[test]
        fn every_name_is_one_for_graphql(text in "\\PC{0,40}", id in "[A-Za-z0-9][A-Za-z0-9._-]{0,35}") {
            prop_assert!(is_name(&name(&text)), "{}", name(&text));
            let named = name(&id);
            prop_assert!(is_name(&named), "{}", named);
            // A name that is allowed is kept, also when it is mapped twice.
            prop_assert_eq!(name(&named), named.clone());
            if !id.contains(['.', '-']) && !id.starts_with(|first: char| first.is_ascii_digit()) {
                prop_assert_eq!(named, id);
            }
        }
    }
}
