//! What a provider's answer by HTTP says about the message that it was given.

use axum::http::StatusCode;
use reqwest::RequestBuilder;
use serde_json::Value;

use super::MessageError;
use crate::core::outbound;

/// Bytes of an answer that are read.
const MOST: usize = 256 * 1024;
/// Letters of a provider's words that are kept.
const WORDS: usize = 300;

/// Gives a message to a provider: what it answers to a success.
pub async fn ask(request: RequestBuilder) -> Result<Value, MessageError> {
    let (status, body) = exchange(request).await?;
    judge(status, &body)?;
    Ok(body)
}

/// The answer, whatever it is; what is no JSON is null.
pub async fn exchange(request: RequestBuilder) -> Result<(StatusCode, Value), MessageError> {
    let answer = request.send().await.map_err(|error| {
        let never_left = error.is_connect() || error.is_builder();
        let words = error.without_url().to_string();
        if never_left { MessageError::Unreachable(words) } else { MessageError::Uncertain(words) }
    })?;
    let status = answer.status();
    // The status alone says whether it was taken.
    let body = outbound::bounded(answer, MOST).await.unwrap_or_default();
    Ok((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
}

/// Whether a status means that the message was taken.
pub fn judge(status: StatusCode, body: &Value) -> Result<(), MessageError> {
    match status.as_u16() {
        200..=299 => Ok(()),
        // Somebody in between waited for the provider in vain: it may have gone on.
        504 => Err(MessageError::Uncertain(words(status, body))),
        408 | 429 | 500..=599 => Err(MessageError::Unreachable(words(status, body))),
        _ => Err(MessageError::Refused(words(status, body))),
    }
}

/// What the provider says, where it says it where providers do.
fn words(status: StatusCode, body: &Value) -> String {
    let places =
        ["/message", "/error/message", "/errors/0/message", "/errors/0/description", "/title", "/reason"];
    let told = places.iter().find_map(|place| body.pointer(place)?.as_str());
    match told {
        Some(told) => told.chars().take(WORDS).collect(),
        None => format!("the provider answered {status}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_may_have_been_taken_is_told_from_what_was_not() {
        let of = |status: u16, body: Value| judge(StatusCode::from_u16(status).expect("status"), &body);
        assert_eq!(of(202, Value::Null), Ok(()));
        assert_eq!(
            of(400, json!({ "errors": [{ "message": "No such sender" }] })),
            Err(MessageError::Refused("No such sender".into()))
        );
        assert!(matches!(of(302, Value::Null), Err(MessageError::Refused(_))));
        assert!(matches!(of(429, Value::Null), Err(MessageError::Unreachable(_))));
        assert!(matches!(of(503, Value::Null), Err(MessageError::Unreachable(_))));
        assert!(matches!(of(504, Value::Null), Err(MessageError::Uncertain(_))));
    }

    proptest! {
        #[test]
        fn any_body_gives_few_words(text in ".{0,600}", status in 400u16..500) {
            let status = StatusCode::from_u16(status).expect("status");
            let said = json!({ "message": text });
            let body = serde_json::from_str(&text).unwrap_or(Value::Null);
            for body in [said, body] {
                let kept = words(status, &body).chars().count();
                prop_assert!(kept <= WORDS, "{}", kept);
            }
        }
    }
}
