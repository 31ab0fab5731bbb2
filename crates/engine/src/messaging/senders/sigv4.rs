//! How a request to Amazon is signed: Signature Version 4 (AWS, "Create a signed AWS API request").

use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

#[derive(Debug)]
pub struct Scope<'a> {
    pub access_key: &'a str,
    pub secret_key: &'a str,
    pub region: &'a str,
    pub service: &'a str,
    /// `20150830T123600Z`, as it is sent in `x-amz-date`.
    pub time: &'a str,
}

/// A request as it is signed.
#[derive(Debug)]
pub struct Signed<'a> {
    pub method: &'a str,
    /// Encoded, as is the query, whose parameters are sorted.
    pub path: &'a str,
    pub query: &'a str,
    /// Names in lower case, sorted.
    pub headers: &'a [(&'a str, &'a str)],
    pub body: &'a [u8],
}

/// The value of `Authorization`.
pub fn authorization(scope: &Scope<'_>, request: &Signed<'_>) -> String {
    let names: Vec<&str> = request.headers.iter().map(|(name, _)| *name).collect();
    let names = names.join(";");
    let headers: String =
        request.headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
    let canonical = format!(
        "{}\n{}\n{}\n{headers}\n{names}\n{}",
        request.method,
        request.path,
        request.query,
        hex::encode(Sha256::digest(request.body))
    );
    let day = scope.time.get(..8).unwrap_or_default();
    let place = format!("{day}/{}/{}/aws4_request", scope.region, scope.service);
    let to_sign =
        format!("{ALGORITHM}\n{}\n{place}\n{}", scope.time, hex::encode(Sha256::digest(&canonical)));
    let first = format!("AWS4{}", scope.secret_key).into_bytes();
    let key =
        [day, scope.region, scope.service, "aws4_request"].iter().fold(first, |key, part| keyed(&key, part));
    let signature = hex::encode(keyed(&key, &to_sign));
    format!(
        "{ALGORITHM} Credential={}/{place}, SignedHeaders={names}, Signature={signature}",
        scope.access_key
    )
}

fn keyed(key: &[u8], text: &str) -> Vec<u8> {
    // HMAC takes keys of every length, so that the empty answer never happens and would open nothing.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCOPE: Scope<'_> = Scope {
        access_key: "AKIDEXAMPLE",
        secret_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        region: "us-east-1",
        service: "service",
        time: "20150830T123600Z",
    };
    const HEADERS: &[(&str, &str)] = &[("host", "example.amazonaws.com"), ("x-amz-date", "20150830T123600Z")];

    fn signature(scope: &Scope<'_>, request: &Signed<'_>) -> String {
        let whole = authorization(scope, request);
        whole.rsplit_once("Signature=").expect("a signature").1.to_owned()
    }

    /// AWS' Signature Version 4 test suite: get-vanilla, post-vanilla, get-vanilla-query-order-key-case.
    #[test]
    fn the_published_test_suite_is_signed_as_amazon_signs_it() {
        let get = Signed { method: "GET", path: "/", query: "", headers: HEADERS, body: b"" };
        assert_eq!(
            authorization(&SCOPE, &get),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
             SignedHeaders=host;x-amz-date, \
             Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
        );
        let post = Signed { method: "POST", ..get };
        assert_eq!(
            signature(&SCOPE, &post),
            "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
        );
        let query = Signed { method: "GET", query: "Param1=value1&Param2=value2", ..post };
        assert_eq!(
            signature(&SCOPE, &query),
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
        );
    }

    /// The example of the IAM call `ListUsers` in AWS' General Reference.
    #[test]
    fn the_example_of_the_reference_is_signed_as_amazon_signs_it() {
        let scope = Scope { service: "iam", ..SCOPE };
        let headers = [
            ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
            ("host", "iam.amazonaws.com"),
            ("x-amz-date", "20150830T123600Z"),
        ];
        let query = "Action=ListUsers&Version=2010-05-08";
        let request = Signed { method: "GET", path: "/", query, headers: &headers, body: b"" };
        assert_eq!(
            signature(&scope, &request),
            "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
        );
    }
}
