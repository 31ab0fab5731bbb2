//! Which project a request names: in its header, in its query, or in its path where people's browsers come along.

use axum::extract::Request;

use crate::core::routes::{CALLBACK, PROJECT};

/// The id that counts; it may be anybody's words.
pub fn by(request: &Request) -> Option<String> {
    if let Some(header) = request.headers().get(PROJECT) {
        return header.to_str().ok().map(str::to_owned);
    }
    let query = request.uri().query().unwrap_or_default().as_bytes();
    let mut pairs = url::form_urlencoded::parse(query);
    let named = pairs.find(|(key, _)| key == "project").map(|(_, value)| value.into_owned());
    named.or_else(|| by_path(request.uri().path()).map(str::to_owned))
}

fn by_path(path: &str) -> Option<&str> {
    let after = |start: &str| path.strip_prefix(start)?.split('/').next();
    let called_back = || path.strip_prefix(CALLBACK)?.split('/').nth(1);
    after("/oauth2/").or_else(|| after("/projects/")).or_else(called_back)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use proptest::prelude::*;

    use super::*;

    fn named(uri: &str, header: Option<&str>) -> Option<String> {
        let mut request = Request::builder().uri(uri);
        if let Some(header) = header {
            request = request.header(PROJECT, header);
        }
        by(&request.body(Body::empty()).expect("a request"))
    }

    #[test]
    fn the_header_counts_before_the_query_and_that_before_the_path() {
        assert_eq!(named("/users?project=b", Some("a")).as_deref(), Some("a"));
        assert_eq!(named("/oauth2/c/authorize?project=b", None).as_deref(), Some("b"));
        assert_eq!(named("/oauth2/c/authorize?x=1", None).as_deref(), Some("c"));
        assert_eq!(named("/account/sessions/oauth2/callback/github/d", None).as_deref(), Some("d"));
        assert_eq!(named("/projects/e/dev-keys", None).as_deref(), Some("e"));
        assert_eq!(named("/users/oauth2/c", None), None);
    }

    proptest! {
        #[test]
        fn no_path_panics(path in "/[a-z0-9/]{0,60}") {
            let _ = by_path(&path);
        }
    }
}
