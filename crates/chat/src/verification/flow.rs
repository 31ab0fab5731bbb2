//! One flow from the request to its end.

use std::time::Duration;

use futures_util::{Stream, StreamExt, pin_mut};
use matrix_sdk::{
    Client,
    encryption::verification::{
        CancelInfo, SasState, SasVerification, VerificationRequest, VerificationRequestState,
    },
    ruma::{DeviceId, events::key::verification::cancel::CancelCode},
};
use tokio::time::timeout;

use super::Verifications;
use crate::{
    names,
    view::{Emoji, Verification, VerificationEnd, VerificationStep as Step},
};

pub const PATIENCE: Duration = Duration::from_secs(20);

/// The flow as it is shown first.
pub async fn view(client: &Client, request: &VerificationRequest) -> Verification {
    let other = request.other_user_id();
    let room = request.room_id().and_then(|room| client.get_room(room)).or_else(|| client.get_dm_room(other));
    let person = match room {
        Some(room) => Some(names::load(&room, other).await),
        None => None,
    };
    Verification {
        id: request.flow_id().to_owned(),
        user_id: other.to_string(),
        name: person.as_ref().map_or_else(|| other.localpart().to_owned(), |person| person.name.clone()),
        avatar: person.and_then(|person| person.avatar),
        device: match request.state() {
            VerificationRequestState::Requested { other_device_data, .. } => {
                Some(name(other_device_data.display_name(), other_device_data.device_id()))
            }
            _ => None,
        },
        own: request.is_self_verification(),
        incoming: !request.we_started(),
        step: if request.we_started() { Step::Waiting } else { Step::Asked },
    }
}

/// Follows the request; what is left at the end is shown until somebody puts it away.
pub async fn run(verifications: &Verifications, request: VerificationRequest) {
    let id = request.flow_id().to_owned();
    let changes = request.changes();
    let states = now_and_then(request.state(), changes);
    pin_mut!(states);
    while let Some(state) = states.next().await {
        match state {
            VerificationRequestState::Created { .. } => {}
            VerificationRequestState::Requested { other_device_data, .. } => {
                verifications
                    .name_device(&id, name(other_device_data.display_name(), other_device_data.device_id()));
                verifications.step(&id, Step::Asked, None);
            }
            VerificationRequestState::Ready { other_device_data, .. } => {
                verifications
                    .name_device(&id, name(other_device_data.display_name(), other_device_data.device_id()));
                verifications.step(&id, Step::Preparing, None);
                if request.we_started() {
                    match timeout(PATIENCE, request.start_sas()).await {
                        Ok(Ok(_)) => {}
                        Ok(Err(error)) => tracing::info!(%error, "the comparison did not start"),
                        Err(_) => tracing::info!("the comparison did not start in time"),
                    }
                }
            }
            VerificationRequestState::Transitioned { verification } => {
                match verification.sas() {
                    Some(sas) => compare(verifications, &id, sas).await,
                    None => verifications.step(&id, Step::Ended { why: VerificationEnd::Failed }, None),
                }
                break;
            }
            VerificationRequestState::Done => {
                verifications.step(&id, Step::Done, None);
                break;
            }
            VerificationRequestState::Cancelled(why) => {
                cancelled(verifications, &id, &why);
                break;
            }
        }
    }
}

fn name(given: Option<&str>, device: &DeviceId) -> String {
    given.map_or_else(|| device.to_string(), str::to_owned)
}

async fn compare(verifications: &Verifications, id: &str, sas: SasVerification) {
    let changes = sas.changes();
    let states = now_and_then(sas.state(), changes);
    pin_mut!(states);
    while let Some(state) = states.next().await {
        let step = match state {
            SasState::Started { .. } => {
                if !sas.we_started()
                    && let Err(error) = accept(&sas).await
                {
                    tracing::info!(error, "the comparison was not accepted");
                }
                Step::Preparing
            }
            SasState::Created { .. } | SasState::Accepted { .. } => Step::Preparing,
            SasState::KeysExchanged { emojis: Some(shown), .. } => {
                let emoji = shown.indices.iter().zip(shown.emojis).map(|(number, emoji)| Emoji {
                    number: *number,
                    symbol: emoji.symbol.to_owned(),
                    name: emoji.description.to_owned(),
                });
                Step::Compare { emoji: emoji.collect() }
            }
            // The other side shows numbers only.
            SasState::KeysExchanged { emojis: None, .. } => {
                let _ = timeout(PATIENCE, sas.cancel()).await;
                Step::Ended { why: VerificationEnd::Failed }
            }
            SasState::Confirmed => Step::Confirmed,
            SasState::Done { .. } => Step::Done,
            SasState::Cancelled(why) => return cancelled(verifications, id, &why),
        };
        let over = step.is_over();
        verifications.step(id, step, Some(&sas));
        if over {
            return;
        }
    }
}

async fn accept(sas: &SasVerification) -> Result<(), String> {
    match timeout(PATIENCE, sas.accept()).await {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(_) => Err("no answer".to_owned()),
    }
}

fn cancelled(verifications: &Verifications, id: &str, why: &CancelInfo) {
    match end(why.cancel_code(), why.cancelled_by_us()) {
        Some(why) => verifications.step(id, Step::Ended { why }, None),
        None => verifications.remove(id),
    }
}

/// None where nobody has to be told: it was our own wish, or another device of ours took it.
fn end(code: &CancelCode, by_us: bool) -> Option<VerificationEnd> {
    match code {
        CancelCode::Accepted => None,
        CancelCode::User if by_us => None,
        CancelCode::User => Some(VerificationEnd::Declined),
        CancelCode::Timeout => Some(VerificationEnd::TimedOut),
        CancelCode::MismatchedSas | CancelCode::MismatchedCommitment | CancelCode::KeyMismatch => {
            Some(VerificationEnd::Differed)
        }
        _ => Some(VerificationEnd::Failed),
    }
}

/// A state and those after it. Taken after `changes`, so that none is lost between the two.
fn now_and_then<S>(now: S, changes: impl Stream<Item = S>) -> impl Stream<Item = S> {
    futures_util::stream::once(async move { now }).chain(changes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_somebody_must_know_is_told() {
        assert_eq!(end(&CancelCode::User, true), None);
        assert_eq!(end(&CancelCode::Accepted, false), None);
        assert_eq!(end(&CancelCode::User, false), Some(VerificationEnd::Declined));
        // A difference is told to both, whoever saw it.
        assert_eq!(end(&CancelCode::MismatchedSas, true), Some(VerificationEnd::Differed));
        assert_eq!(end(&CancelCode::UnknownMethod, false), Some(VerificationEnd::Failed));
    }
}
