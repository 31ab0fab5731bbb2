//! Addresses that a program gives: where people are sent back to, and pages that they are shown.

use url::Url;

use crate::core::error::{ApiError, ApiResult};

/// Letters of one address.
const LONGEST: usize = 2048;

/// An address that a browser may be sent to with an answer. It is kept as it was written and compared letter by letter, so
/// that nothing has to be made of it. A scheme of an app's own has a dot, as the name of a domain that is its maker's (RFC
/// 8252, 7.1): none that means something to a browser has one.
pub fn redirect(text: &str) -> ApiResult<()> {
    let fits = parsed(text).is_some_and(|url| {
        let own = url.scheme().contains('.') && !url.path().is_empty();
        own || is_web(&url)
    });
    if fits {
        return Ok(());
    }
    Err(ApiError::argument(
        "An address that people are sent back to is one with https, one with http on their own machine, or one of an app's own scheme ('com.example.app:/oauth'), and has no '#'.",
    ))
}

/// A page that people are shown a link to, or a picture; empty: none.
pub fn page(text: &str, name: &str) -> ApiResult<()> {
    if text.is_empty() || parsed(text).is_some_and(|url| is_web(&url)) {
        return Ok(());
    }
    Err(ApiError::argument(format!("'{name}' is an address with https, and without '#'.")))
}

fn parsed(text: &str) -> Option<Url> {
    let plain = text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let url = Url::parse(text).ok().filter(|_| plain)?;
    (url.fragment().is_none() && url.username().is_empty() && url.password().is_none()).then_some(url)
}

fn is_web(url: &Url) -> bool {
    let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    match url.scheme() {
        "https" => url.has_host(),
        "http" => local,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn people_are_sent_back_to_safe_places_only() {
        for fine in [
            "https://app.example.org/back?tenant=1",
            "http://localhost:4321/back",
            "http://127.0.0.1/back",
            "http://[::1]:1/back",
            "com.example.app:/oauth",
        ] {
            assert!(redirect(fine).is_ok(), "{fine}");
        }
        for bad in [
            "",
            "/back",
            "http://app.example.org/back",
            "http://localhost.example.org/",
            "https://app.example.org/#x",
            "https://app.example.org/back#",
            "https://name:word@app.example.org/",
            "https:\\\\app.example.org/",
            "https://app.example.org/a b",
            "https://app.example.org/\u{e4}",
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "myapp:/oauth",
            "intent:#x",
        ] {
            assert!(redirect(bad).is_err(), "{bad}");
        }
        assert!(page("", "x").is_ok() && page("https://app.example.org/", "x").is_ok());
        assert!(page("com.example.app:/x", "x").is_err() && page("javascript:alert(1)", "x").is_err());
    }

    proptest! {
        #[test]
        fn nothing_that_is_taken_breaks_a_header(text in ".{0,60}", path in "[ -~]{0,40}") {
            for text in [text, format!("https://a.example.org/{path}"), format!("com.example:{path}")] {
                if redirect(&text).is_ok() {
                    prop_assert!(text.is_ascii() && !text.contains(char::is_whitespace) && !text.contains('#'));
                }
            }
        }
    }
}
