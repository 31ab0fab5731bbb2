//! What people type to search, as an expression of FTS5. Nothing that they type is read as its syntax.

/// Words that are looked for at most.
const MOST: usize = 50;

/// Any of the words, the last of which may go on; in quotes, the words one after the other. None where there is no
/// word: that finds nothing.
pub fn expression(column: &str, text: &str) -> Option<String> {
    let text = text.trim();
    let phrase = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let words: Vec<&str> = phrase
        .unwrap_or(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(MOST)
        .collect();
    if words.is_empty() {
        return None;
    }
    let found = if phrase.is_some() {
        format!("\"{}\"", words.join(" "))
    } else {
        let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
        format!("{}*", quoted.join(" OR "))
    };
    Some(format!("{column} : ({found})"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_and_phrases() {
        assert_eq!(expression("c0", "red  wine").as_deref(), Some("c0 : (\"red\" OR \"wine\"*)"));
        assert_eq!(expression("c0", "\"red wine\"").as_deref(), Some("c0 : (\"red wine\")"));
        assert_eq!(expression("c0", "NOT (x* OR \"").as_deref(), Some("c0 : (\"NOT\" OR \"x\" OR \"OR\"*)"));
        assert_eq!(expression("c0", " \"?!\" "), None);
    }

    proptest! {
        #[test]
        fn sqlite_understands_whatever_is_typed(text in ".{0,60}") {
            let database = rusqlite::Connection::open_in_memory().expect("database");
            database.execute_batch("CREATE VIRTUAL TABLE words USING fts5(c0)").expect("table");
            if let Some(expression) = expression("c0", &text) {
                let sql = "SELECT count(*) FROM words WHERE words MATCH ?1";
                let found: i64 = database.query_row(sql, [expression], |row| row.get(0)).expect("understood");
                prop_assert_eq!(found, 0);
            }
        }
    }
}
