//! Lists of words as OAuth 2 writes them: scopes, prompts (RFC 6749, 3.3).

/// Words of one list.
const MOST: usize = 100;

/// Whether this is one word: printable ASCII but blanks, `"` and `\`.
pub fn is_one(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}

/// The words of a list, each once; none where one of them is none, or there are too many.
pub fn list(text: &str) -> Option<Vec<String>> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        if !is_one(word) || words.len() >= MOST {
            return None;
        }
        if !words.iter().any(|known| known == word) {
            words.push(word.to_owned());
        }
    }
    Some(words)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_list_has_each_word_once_and_no_other_letters() {
        assert_eq!(list("openid  email openid"), Some(vec!["openid".into(), "email".into()]));
        assert_eq!(list(""), Some(Vec::new()));
        for bad in ["a\"b", "a\\b", "ä", "a\tb", "a\0", "a\nb"] {
            assert_eq!(list(bad), None, "{bad:?}");
        }
        let many = |count: usize| (0..count).map(|n| n.to_string()).collect::<Vec<_>>().join(" ");
        assert!(list(&many(100)).is_some() && list(&many(101)).is_none());
    }

    proptest! {
        #[test]
        fn what_is_read_can_be_written_again(text in ".{0,80}") {
            if let Some(words) = list(&text) {
                prop_assert_eq!(list(&words.join(" ")), Some(words));
            }
        }
    }
}
