//! The icons that a page names in its `<link>` elements, found without reading the page as a whole.

/// Elements that are looked at; a page has them in its head.
const MOST: usize = 200;

/// Addresses of icons as the page writes them, the largest first. Drawings are left out: they are no pixels.
pub fn icons(page: &str) -> Vec<String> {
    let mut found: Vec<(u32, String)> = Vec::new();
    let mut rest = page;
    for _ in 0..MOST {
        let Some(at) = position(rest, "<link") else { break };
        rest = &rest[at + "<link".len()..];
        let (attributes, after) = attributes(rest);
        rest = after;
        let value =
            |name: &str| attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let is_icon = value("rel").is_some_and(|rel| {
            rel.split_ascii_whitespace().any(|word| {
                word.eq_ignore_ascii_case("icon") || word.to_ascii_lowercase().starts_with("apple-touch-icon")
            })
        });
        let Some(href) = value("href").filter(|href| is_icon && !href.is_empty()) else { continue };
        let path = href.split(['?', '#']).next().unwrap_or_default();
        if value("type").is_some_and(|kind| kind.contains("svg"))
            || path.to_ascii_lowercase().ends_with(".svg")
        {
            continue;
        }
        let side = value("sizes").and_then(|sizes| sizes.split(['x', 'X']).next()?.trim().parse().ok());
        found.push((side.unwrap_or(0), href.replace("&amp;", "&")));
    }
    found.sort_by_key(|(side, _)| std::cmp::Reverse(*side));
    found.into_iter().map(|(_, href)| href).collect()
}

/// Where `word`, which is ASCII in lower case, begins in any case of letters.
fn position(text: &str, word: &str) -> Option<usize> {
    text.as_bytes().windows(word.len()).position(|part| part.eq_ignore_ascii_case(word.as_bytes()))
}

/// The attributes up to the end of an element, names in lower case, and what comes after it.
fn attributes(text: &str) -> (Vec<(String, String)>, &str) {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(|letter: char| letter.is_ascii_whitespace() || letter == '/');
        let end = rest.find(|letter: char| letter.is_ascii_whitespace() || "=>/".contains(letter));
        let Some(end) = end else { return (found, "") };
        let name = rest[..end].to_ascii_lowercase();
        rest = rest[end..].trim_start();
        if let Some(after) = rest.strip_prefix('>') {
            if !name.is_empty() {
                found.push((name, String::new()));
            }
            return (found, after);
        }
        let value = match rest.strip_prefix('=') {
            None => String::new(),
            Some(after) => {
                let after = after.trim_start();
                let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''));
                let (from, end) = match quote {
                    Some(quote) => (&after[1..], after[1..].find(quote)),
                    None => (after, after.find(|letter: char| letter.is_ascii_whitespace() || letter == '>')),
                };
                let Some(end) = end else { return (found, "") };
                rest = &from[end + usize::from(quote.is_some())..];
                from[..end].to_owned()
            }
        };
        if !name.is_empty() {
            found.push((name, value));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn icons_are_found_as_pages_write_them() {
        let page = r#"<!doctype html><LINK href=/plain.ico rel="shortcut icon"><link rel='stylesheet' href='/x.css'>
            <link rel="icon" type="image/svg+xml" href="/drawing.svg"><link rel=icon href="/other.SVG?v=2">
            <link sizes="180x180" rel="apple-touch-icon" href="https://cdn.example.org/a.png?b=1&amp;c=2" />
            <link rel="icon" sizes="32x32" href='small.png'><link rel="mask-icon" href="/m.png"><link rel=icon><link"#;
        assert_eq!(icons(page), ["https://cdn.example.org/a.png?b=1&c=2", "small.png", "/plain.ico"]);
        assert_eq!(icons(""), Vec::<String>::new());
        assert_eq!(icons(&"<link rel=icon href=x>".repeat(1000)).len(), MOST);
    }

    proptest! {
        #[test]
        fn no_page_is_too_strange(before in ".{0,40}", inside in "[ a-z=\"'/>é]{0,40}", after in ".{0,40}") {
            let page = format!("{before}<link {inside}{after}<link rel=icon href=\"/found.png\">");
            let found = icons(&page);
            prop_assert!(found.len() <= 3);
        }

        #[test]
        fn an_icon_is_found_after_any_words(words in "[a-z0-9 \\n]{0,80}") {
            let page = format!("<p>{words}</p><link rel=icon href=\"/found.png\">");
            prop_assert_eq!(icons(&page), ["/found.png"]);
        }
    }
}
