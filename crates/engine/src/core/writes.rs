//! How often people may write rows and files, where the configuration limits it.
//!
//! Appwrite's own servers, which strangers share, take 120 calls a minute that write rows and 60 that write files. Here an
//! organisation has the machine to itself, and no number is right for all of its programs, so nothing is limited unless its
//! administrator says so.

use axum::http::{Method, header};

use super::{
    limits::Rate,
    routes::{Call, Route},
};

const MINUTE: i64 = 60_000;

/// How often this may be called, if that is limited.
pub fn rate(route: &Route, call: &Call) -> Option<Rate> {
    let accounts = &call.app.config.accounts;
    let times = match route.scope {
        "rows.write" | "documents.write" => accounts.row_writes,
        "files.write" => accounts.file_writes,
        _ => 0,
    };
    let counts = times > 0 && route.method != Method::GET && !goes_on(call);
    counts.then_some(Rate { times, window: MINUTE })
}

/// Whether a file is sent of which there is a part already.
fn goes_on(call: &Call) -> bool {
    let range = call.headers.get(header::CONTENT_RANGE).and_then(|value| value.to_str().ok());
    range.is_some_and(|range| !range.trim_start().starts_with("bytes 0-"))
}
