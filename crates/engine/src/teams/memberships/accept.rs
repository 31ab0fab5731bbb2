//! `PATCH /teams/{teamId}/memberships/{membershipId}/status`: somebody says yes with the secret of the message. Who has
//! it has the address that it went to, so that it signs them in, too.

use axum::{http::StatusCode, response::Response};
use rusqlite::{OptionalExtension as _, params};
use serde::Deserialize;

use super::{Pending, event, find, not_found};
use crate::{
    account::{
        logs::Trace,
        sessions::{self, Opening},
    },
    core::{
        error::{ApiError, ApiResult},
        ids,
        routes::{self, Call},
    },
    users::{self, Change, User},
};

/// How long an invitation may be answered.
const LIFETIME: i64 = 7 * 86_400_000;

pub async fn accept(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        user_id: String,
        secret: String,
    }
    let body: Body = call.json().await?;
    let (team, id) = (call.param("teamId").to_owned(), call.param("membershipId").to_owned());
    let caller = call.caller.user_id().map(str::to_owned);
    if caller.as_ref().is_some_and(|caller| *caller != body.user_id) {
        return Err(refusal(
            "team_invite_mismatch",
            "The invitation is for somebody else than who is signed in.",
        ));
    }
    let (app, trace, now) = (call.app.clone(), Trace::of(&call), call.app.now());
    let (membership, begun) = call
        .app
        .change(move |tx, events| {
            let sql = "SELECT hash, joined IS NOT NULL, invited, updated FROM membership
                 WHERE team_id = ?1 AND id = ?2 AND user_id = ?3";
            let found: Option<(Option<Vec<u8>>, bool, String, i64)> = tx
                .query_row(sql, [&team, &id, &body.user_id], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
                })
                .optional()?;
            let (hash, joined, invited, asked) = found.ok_or_else(not_found)?;
            if joined {
                let already = ApiError::new(
                    StatusCode::CONFLICT,
                    "membership_already_confirmed",
                    "This invitation was answered already.",
                );
                return Err(already.into());
            }
            if hash != Some(ids::hash_secret(&body.secret)) || asked + LIFETIME <= now {
                return Err(
                    refusal("team_invalid_secret", "The invitation is not valid, or is too old.").into()
                );
            }
            let sql = "UPDATE membership SET joined = ?1, updated = ?1, hash = NULL WHERE id = ?2";
            tx.execute(sql, params![now, id])?;
            let mut user = User::get(tx, &body.user_id)?;
            let by_phone = invited.starts_with('+') || user.email.is_empty();
            let proof = match by_phone {
                true if !user.phone_verified => Some(Change::PhoneVerified(true)),
                false if !user.email_verified => Some(Change::EmailVerified(true)),
                _ => None,
            };
            // Only what the message went to is shown by it.
            let current = invited.is_empty() || invited == user.email || invited == user.phone;
            if let Some(proof) = proof.filter(|_| current) {
                let remembered = app.policies().passwords.remembered;
                user = users::write(tx, events, &user.id, proof, remembered, now)?;
            }
            let membership = find(tx, &team, &id, Pending::Whole)?.ok_or_else(not_found)?;
            trace.log(tx, &user.id, "membership.update", now)?;
            events.push(event(&membership, app.policies().memberships, "update.status", now));
            let begun = if caller.is_some() || !current {
                None
            } else {
                let opening = match by_phone {
                    true => Opening::new("phone", &["phone"]),
                    false => Opening::new("email", &["email"]),
                };
                Some(sessions::begin(tx, events, &app, &trace, &user, opening)?)
            };
            Ok((membership, begun))
        })
        .await?;
    let mut response = routes::json(StatusCode::OK, &membership)?;
    if let Some(begun) = begun {
        sessions::set_cookies(&call, &mut response, &begun.secret.encode());
    }
    Ok(response)
}

fn refusal(kind: &'static str, message: &str) -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, kind, message)
}
