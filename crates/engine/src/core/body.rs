//! How large a body may be. Most have 1 MiB, which is far more than any description of anything needs. Rows have as much as
//! Appwrite's whole server takes, for who is known; few of such bodies are in memory at once, and the others wait.
//!
//! What all bodies take together is bounded too ([`Bodies`]), from the first bytes to the end of their calls.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes, HttpBody as _},
    http::{Extensions, StatusCode},
};
use futures_util::StreamExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{
    app::App,
    caller::Caller,
    error::{ApiError, ApiResult},
    routes::{Call, Origin, Route},
};

const SMALL: usize = 1024 * 1024;
const LARGE: usize = 12 * 1024 * 1024;
/// Bytes that are read and thrown away of a body that is too large.
const LINGER: usize = 4 * 1024 * 1024;
/// Bodies over [`SMALL`] that are read and worked on at once.
const AT_ONCE: usize = 4;
/// Bytes that are not counted: the number of connections is bound enough for them, and nearly every body has fewer.
const FREE: usize = 16 * 1024;
/// What all other bodies of who is known may take together, and those of strangers: these cannot keep the others waiting.
const TOGETHER: [usize; 2] = [128 * 1024 * 1024, 32 * 1024 * 1024];
/// How long a body waits for what others take, and when who sent it may try again.
const QUEUE: Duration = Duration::from_secs(5);
/// How long a body may take, and one that is large.
const PATIENCE: [Duration; 2] = [Duration::from_secs(30), Duration::from_secs(120)];
/// Values in a body: each takes ten times and more of what it takes as text.
const VALUES: usize = 500_000;

/// That a call may send a large body.
#[derive(Debug, Clone, Copy)]
struct MayBeLarge;

/// A place among the large bodies, kept as long as the call.
#[derive(Debug, Clone)]
struct Place(#[expect(dead_code, reason = "it is given back when it is dropped")] Arc<OwnedSemaphorePermit>);

/// A share of what bodies may take together, kept as long as the call.
#[derive(Debug, Clone)]
struct Share(#[expect(dead_code, reason = "it is given back when it is dropped")] Arc<OwnedSemaphorePermit>);

/// What bodies may still take of memory, in KiB.
#[derive(Debug, Clone)]
pub struct Bodies {
    known: Arc<Semaphore>,
    strangers: Arc<Semaphore>,
    large: Arc<Semaphore>,
}

impl Default for Bodies {
    fn default() -> Self {
        let [known, strangers] = TOGETHER.map(|bytes| Arc::new(Semaphore::new(bytes / 1024)));
        Self { known, strangers, large: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl Bodies {
    /// A share of `bytes` for a body of this caller, waited for a while.
    pub async fn share(&self, caller: &Caller, bytes: usize) -> ApiResult<OwnedSemaphorePermit> {
        let known = caller.is_key() || caller.user_id().is_some();
        let pool = if known { &self.known } else { &self.strangers };
        let share = u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX);
        if let Ok(share) = pool.clone().try_acquire_many_owned(share) {
            return Ok(share);
        }
        let waited = tokio::time::timeout(QUEUE, pool.clone().acquire_many_owned(share)).await;
        waited.ok().and_then(Result::ok).ok_or_else(busy)
    }
}

/// Decides once it is known who calls which route.
pub fn allow(call: &mut Call, route: &Route) {
    let writes_rows = matches!(route.scope, "rows.write" | "documents.write");
    if writes_rows && (call.caller.is_key() || call.caller.user_id().is_some()) {
        call.extensions.insert(MayBeLarge);
    }
}

/// The whole body, or why not.
pub async fn read(app: &App, body: Body, caller: &Caller, call: &mut Extensions) -> ApiResult<Bytes> {
    let large = call.get::<MayBeLarge>().is_some();
    let [patience, longer] = PATIENCE;
    let most = if large { LARGE } else { SMALL };
    let known = body.size_hint().upper().and_then(|size| usize::try_from(size).ok());
    let whole = async {
        if known.is_some_and(|size| size <= FREE) {
            return axum::body::to_bytes(body, FREE).await.map_err(|_| broken());
        }
        // An operation's body was counted with the request that carries it.
        let mut counted = call.get::<Share>().is_some() || call.get() == Some(&Origin::Graphql);
        let (mut bytes, mut parts) = (Vec::new(), body.into_data_stream());
        while let Some(part) = parts.next().await {
            let data = part.map_err(|_| broken())?;
            let size = bytes.len() + data.len();
            if size > most {
                drop(bytes);
                // Who is still sending would not read the answer.
                let mut rest = LINGER;
                while let (Some(Ok(part)), 1..) = (parts.next().await, rest) {
                    rest = rest.saturating_sub(part.len());
                }
                return Err(too_large(most));
            }
            // Not before there is something: who only says that much will come takes nothing from others.
            if size > FREE && !counted {
                let expected = known.map_or(SMALL, |size| size.min(SMALL));
                let share = app.bodies.share(caller, expected).await?;
                call.insert(Share(Arc::new(share)));
                counted = true;
                bytes.reserve_exact(expected);
            }
            if size > SMALL && call.get::<Place>().is_none() {
                let place = app.bodies.large.clone().acquire_owned().await.map_err(|_| broken())?;
                call.insert(Place(Arc::new(place)));
            }
            bytes.extend_from_slice(&data);
        }
        Ok(Bytes::from(bytes))
    };
    let slow =
        ApiError::new(StatusCode::REQUEST_TIMEOUT, "general_argument_invalid", "The body took too long.");
    tokio::time::timeout(if large { longer } else { patience }, whole).await.map_err(|_| slow)?
}

/// Whether JSON has no more values than fit. What is no JSON is for its parser to say.
pub fn check(json: &[u8]) -> ApiResult<()> {
    if json.len() > VALUES && values(json) > VALUES {
        let message = format!("The body has more than {VALUES} values.");
        return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "general_argument_invalid", message));
    }
    Ok(())
}

/// Commas and brackets outside of texts: at least as many as there are values, but one.
fn values(json: &[u8]) -> usize {
    let (mut within, mut escaped, mut count) = (false, false, 0);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = within,
            b'"' => within = !within,
            b',' | b'[' | b'{' if !within => count += 1,
            _ => {}
        }
    }
    count
}

fn too_large(most: usize) -> ApiError {
    let message = format!("The body is over {} MiB.", most >> 20);
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "general_argument_invalid", message)
}

fn broken() -> ApiError {
    ApiError::argument("The body ended early.")
}

fn busy() -> ApiError {
    let mut error = ApiError::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "general_server_error",
        "The server reads other requests just now. Try again.",
    );
    error.retry_after = Some(i64::try_from(QUEUE.as_secs()).unwrap_or_default());
    error
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn count(value: &Value) -> usize {
        1 + match value {
            Value::Array(list) => list.iter().map(count).sum(),
            Value::Object(map) => map.values().map(count).sum(),
            _ => 0,
        }
    }

    #[test]
    fn many_values_are_refused_and_long_texts_are_not() {
        let text = json!({ "rows": [{ "csv": "1,[2],{3},\\\"".repeat(VALUES) }] }).to_string();
        assert!(check(text.as_bytes()).is_ok());
        assert!(check(format!("[{}0]", "[],".repeat(VALUES)).as_bytes()).is_err());
        assert!(check(format!("[{}0]", "0,".repeat(VALUES)).as_bytes()).is_err());
    }

    #[tokio::test]
    async fn strangers_take_nothing_from_who_is_known() {
        let (bodies, somebody) = (Bodies::default(), Caller::user_for_test("u"));
        let [known, strangers] = TOGETHER;
        let all = bodies.share(&Caller::guest(), strangers).await.expect("free");
        assert!(bodies.strangers.clone().try_acquire_owned().is_err());
        let half = bodies.share(&somebody, known / 2).await.expect("free");
        let rest = bodies.share(&somebody, known / 2).await.expect("free");
        assert_eq!(bodies.known.available_permits(), 0);
        drop((half, all));
        // Who waits gets what others give back.
        let (second, ()) = tokio::join!(bodies.share(&somebody, known), async { drop(rest) });
        assert_eq!(second.expect("given back").num_permits(), known / 1024);
    }

    proptest! {
        #[test]
        fn no_value_is_missed(texts in proptest::collection::vec("[\"\\\\,\\[{a]{0,6}", 0..6), number in any::<i64>()) {
            let value = json!({ "a": texts, "b": [number, { "c": texts.first() }], "d": [] });
            let (found, there) = (values(value.to_string().as_bytes()), count(&value));
            prop_assert!((there - 1..2 * there).contains(&found), "{found} of {there}");
        }
    }
}
