//! Sends the letters that wait: each is marked before it leaves, so that it leaves once.

use std::{sync::Arc, time::Duration};

use tokio::task::JoinSet;

use super::{
    MessageError,
    letter::{self, Content, Given},
};
use crate::core::{
    app::App,
    store::StoreError,
    work::{self, AFTER_FAILURE, REST, TICK},
};

/// Letters that are on their way at once.
const LINES: usize = 8;

/// Begins to send what waits.
pub fn begin(app: &Arc<App>) {
    work::begin(app, app.messenger.wake.clone(), |app| Box::pin(run(app)));
}

/// Sends what is due until nothing is, and answers how long it may rest. What is on its way when the engine stops is
/// waited for; the rest stays for the next start.
async fn run(app: Arc<App>) -> Duration {
    let mut stopping = app.stopping.subscribe();
    let mut lines: JoinSet<(Given, Result<(), MessageError>)> = JoinSet::new();
    let mut fresh = true;
    loop {
        let stopped = *stopping.borrow();
        let mut rest = REST;
        if !stopped && lines.len() < LINES {
            match take(&app, LINES - lines.len(), fresh).await {
                Ok((given, waits)) => {
                    fresh = false;
                    for letter in given {
                        let app = app.clone();
                        lines.spawn(async move {
                            let outcome = deliver(&app, letter.content.as_ref()).await;
                            (letter, outcome)
                        });
                    }
                    rest = if waits { TICK } else { REST };
                }
                Err(error) => {
                    tracing::error!(%error, "messages wait: the store failed");
                    rest = AFTER_FAILURE;
                }
            }
        }
        if lines.is_empty() {
            return rest;
        }
        let back = work::back_or_woken(&mut lines, &app.messenger.wake, rest, &mut stopping).await;
        // A task that failed leaves its letter as given, of which nothing is known: the next run drops it.
        if let Some(Ok((letter, outcome))) = back {
            let now = app.now();
            let written = app.store.write(move |tx| letter::record(tx, &letter, &outcome, now)).await;
            if let Err(error) = written {
                tracing::error!(%error, "what became of a message is not written down");
            }
        }
    }
}

async fn take(app: &Arc<App>, most: usize, fresh: bool) -> Result<(Vec<Given>, bool), StoreError> {
    let (own, now) = (app.clone(), app.now());
    app.store.write(move |tx| letter::take(tx, &own.config.jwt_secret, now, most, fresh)).await
}

async fn deliver(app: &App, content: Option<&Content>) -> Result<(), MessageError> {
    let sealed = || MessageError::Setting("it was sealed with another key".into());
    let Content { message, sender } = content.ok_or_else(sealed)?;
    app.messenger.deliver(message, sender, app.now()).await
}
