//! `POST /telestack/v1/matrix/confirmation`: the account's password in, what the homeserver takes for it out.
//!
//! Before it replaces somebody's signing keys, the homeserver wants to know that it is really they who ask (user-interactive
//! authentication). It knows no passwords of ours: it is given one, made now, which nobody knows any more a few minutes later.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Json,
    extract::{State, rejection::JsonRejection},
    http::HeaderMap,
};
use serde::Deserialize;
use serde_json::{Value, json};
use telestack_backend::{Backend, BackendError, Credential};
use telestack_model::matrix_localpart;

use crate::{GatewayError, Inner};

/// Longer than all that is confirmed takes.
const GOOD_FOR: Duration = Duration::from_secs(300);
/// Pauses between the tries to end it.
const FORGET_AGAIN: [Duration; 3] =
    [Duration::from_secs(10), Duration::from_secs(60), Duration::from_secs(600)];

#[derive(Deserialize)]
pub struct Body {
    password: String,
}

pub async fn confirm(
    State(gateway): State<Arc<Inner>>,
    headers: HeaderMap,
    body: Result<Json<Body>, JsonRejection>,
) -> Result<Json<Value>, GatewayError> {
    let account = gateway.asker(&headers).await?.account;
    let Json(Body { password }) = body.map_err(|_| GatewayError::Invalid("the body"))?;
    check(&gateway, &account.email, &password).await?;
    let localpart = matrix_localpart(&account.id).map_err(|_| GatewayError::Invalid("the user's id"))?;
    let matrix_id = format!("@{localpart}:{}", gateway.config.well_known.matrix.server_name);
    let secret = secret()?;
    gateway.homeserver.set_password(&matrix_id, &secret).await?;
    let number = gateway.told.tell(&matrix_id);
    let after = gateway.clone();
    tokio::spawn(async move {
        tokio::time::sleep(GOOD_FOR).await;
        if after.told.end(&matrix_id, number) {
            forget(&after, &matrix_id).await;
        }
    });
    Ok(Json(json!({ "secret": secret })))
}

/// Who was told a confirmation that is still good. The end of an earlier one leaves a newer one of theirs alone.
#[derive(Default)]
pub struct Told {
    last: Mutex<HashMap<String, u64>>,
}

impl Told {
    /// The number of this one among theirs.
    fn tell(&self, who: &str) -> u64 {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let number = last.entry(who.to_owned()).or_default();
        *number += 1;
        *number
    }

    /// Whether none was told after this one, which then is forgotten.
    fn end(&self, who: &str, number: u64) -> bool {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let newest = last.get(who) == Some(&number);
        if newest {
            last.remove(who);
        }
        newest
    }
}

/// Puts a password that nobody knows in the place of one that a client was told.
async fn forget(gateway: &Inner, matrix_id: &str) {
    for pause in FORGET_AGAIN {
        let forgotten = match secret() {
            Ok(unknown) => gateway.homeserver.set_password(matrix_id, &unknown).await,
            Err(error) => Err(error),
        };
        match forgotten {
            Ok(()) => return,
            Err(error) => tracing::warn!(%error, "a confirmation stays good for longer"),
        }
        tokio::time::sleep(pause).await;
    }
}

/// A sign-in like any other, limits included, that is ended at once.
async fn check(gateway: &Inner, email: &str, password: &str) -> Result<(), GatewayError> {
    let anonymous = Backend::new(&gateway.config.backend, &gateway.config.well_known.appwrite.project)?;
    let session = anonymous.sign_in(email, password).await.map_err(|error| match error {
        BackendError::Unauthorized(_) | BackendError::Invalid { .. } => GatewayError::Forbidden,
        other => other.into(),
    })?;
    let session = anonymous.with(Credential::Session(session.credential));
    if let Err(error) = session.end_session("current").await {
        tracing::warn!(%error, "the session of a confirmation stays");
    }
    Ok(())
}

fn secret() -> Result<String, GatewayError> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| GatewayError::Internal(error.to_string()))?;
    Ok(hex::encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_one_leaves_a_newer_one_alone() {
        let told = Told::default();
        let (first, second) = (told.tell("@ada:x"), told.tell("@ada:x"));
        assert_eq!(told.tell("@ben:x"), 1);
        assert!(!told.end("@ada:x", first));
        assert!(told.end("@ada:x", second));
        assert!(told.end("@ben:x", 1));
        assert!(!told.end("@ben:x", 1), "once");
    }
}
