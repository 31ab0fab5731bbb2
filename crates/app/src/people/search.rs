//! Finding people as somebody types: every word that was typed begins some word of theirs.

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use crate::view::PersonView;

/// Lower case without accents: "Chloé" and "chloe" are the same to who searches.
pub(crate) fn plain(text: &str) -> String {
    text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// Whether a person is meant by `query`, which is [`plain`] already.
pub(crate) fn matches(person: &PersonView, query: &str) -> bool {
    let mut words: Vec<String> = Vec::new();
    // The part behind the @ is everybody's: it would find all of them.
    let address = person.email.split('@').next();
    let fields = [Some(person.name.as_str()), address, person.title.as_deref(), person.team.as_deref()];
    for field in fields.into_iter().flatten() {
        let field = plain(field);
        words.extend(
            field.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned),
        );
        words.push(field);
    }
    words.push(plain(&person.email));
    query.split_whitespace().all(|typed| words.iter().any(|word| word.starts_with(typed)))
}

#[cfg(test)]
mod tests {
    use telestack_model::Role;

    use super::*;
    use crate::view::Presence;

    fn chloe() -> PersonView {
        PersonView {
            id: "chloe".into(),
            name: "Chloé Martin".into(),
            email: "chloe@northlight.example".into(),
            role: Role::Clinician,
            title: Some("General Practitioner".into()),
            team: Some("Clinic".into()),
            matrix_id: "@chloe:localhost".into(),
            avatar: None,
            presence: Presence::Unknown,
            in_call: false,
            verified: false,
            me: false,
        }
    }

    #[test]
    fn every_word_begins_a_word_of_theirs_whatever_the_accents() {
        for query in ["", "chlo", "CHLOÉ", "martin chl", "pract", "clinic gen", "chloe@north"] {
            assert!(matches(&chloe(), &plain(query)), "{query}");
        }
        for query in ["artin", "chloe x", "ben", "northlight"] {
            assert!(!matches(&chloe(), &plain(query)), "{query}");
        }
    }
}
