//! Finds whom what was asked is for, beside the requests.

use std::{sync::Arc, time::Duration};

use super::ask::Ask;
use crate::core::{
    app::App,
    messenger,
    store::StoreError,
    work::{self, AFTER_FAILURE, REST},
};

/// Begins with what an earlier run left.
pub fn begin(app: &Arc<App>) {
    work::begin(app, app.asked.clone(), |app| Box::pin(run(app)));
}

async fn run(app: Arc<App>) -> Duration {
    loop {
        match one(&app).await {
            Ok(true) => {}
            Ok(false) => return REST,
            Err(error) => {
                tracing::error!(%error, "what people asked for waits: the store failed");
                return AFTER_FAILURE;
            }
        }
    }
}

/// Grants the oldest of what was asked, and answers whether there was one. It is gone with the same commit.
async fn one(app: &Arc<App>) -> Result<bool, StoreError> {
    let own = app.clone();
    let granted = app.change(move |tx, events| {
        let Some(asked) = messenger::take_asked::<Ask>(tx, &own)? else { return Ok(false) };
        if let Some(ask) = asked.filter(|ask| !ask.is_over(own.now())) {
            let (_, letter) = ask.grant(tx, events, &own, false)?;
            if let Some(letter) = letter {
                letter.post(tx, &own)?;
            }
        }
        Ok(true)
    });
    granted.await
}
