//! A session is asked for a further factor, and answers.

use axum::{http::StatusCode, response::Response};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Deserialize;
use serde_json::json;

use super::{Factors, add_factor, authenticators::Authenticator, recovery_codes};
use crate::{
    account::{logs::Trace, own::me, sessions, tokens},
    core::{
        app::App,
        clock::iso,
        error::{ApiError, ApiResult},
        ids,
        limits::Rate,
        messenger::{Channel, Language, Letter, Template},
        routes::{self, Call},
        store::StoreError,
    },
    users::User,
};

/// How long a challenge may be answered, and wrong answers that it outlives.
const LIFETIME: i64 = 15 * 60_000;
const TRIES: i64 = 4;
/// Wrong answers of one account in an hour, whatever was asked.
const WRONG: Rate = Rate { times: 20, window: 3_600_000 };

/// `POST /account/mfa/challenges`
pub async fn create(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    struct Body {
        factor: String,
    }
    let body: Body = call.json().await?;
    let user = me(&call.app, &call.caller).await?;
    let of_user = user.clone();
    let factors = call.app.store.read(move |c| Factors::of(c, &of_user)).await?;
    let (there, sent) = match body.factor.as_str() {
        "totp" => (factors.totp, None),
        "recoverycode" => (factors.recovery_code, None),
        "email" => (factors.email, Some((Channel::Email, Template::SecondFactor, user.email.clone()))),
        "phone" => (factors.phone, Some((Channel::Sms, Template::SecondFactorByPhone, user.phone.clone()))),
        _ => return Err(ApiError::argument("'factor' is email, phone, totp or recoverycode.")),
    };
    if !there {
        return Err(lacking(&body.factor, &user));
    }
    if let Some((channel, _, to)) = &sent {
        call.app.messenger.needs(*channel)?;
        tokens::limit(&call, to)?;
    }
    let (id, now) = (ids::unique(), call.app.now());
    let code = sent.is_some().then(ids::code);
    let hash = code.as_ref().map(|code| hash(&call.app, &id, code));
    let language = Language::of(&call.headers);
    let letter = sent.zip(code).map(|((_, template, to), code)| Letter {
        template,
        language,
        to,
        values: vec![("code", code), ("minutes", (LIFETIME / 60_000).to_string())],
        until: now + LIFETIME,
    });
    let (app, kept, session) = (call.app.clone(), id.clone(), call.caller.user()?.1.to_owned());
    call.app
        .store
        .write(move |tx| {
            tx.execute("DELETE FROM challenge WHERE session_id = ?1", [&session])?;
            let sql = "INSERT INTO challenge (id, session_id, factor, hash, tries, created, expire)
                 VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6)";
            tx.execute(sql, params![kept, session, body.factor, hash, now, now + LIFETIME])?;
            letter.map_or(Ok(()), |letter| letter.post(tx, &app))
        })
        .await?;
    let challenge =
        json!({ "$id": id, "$createdAt": iso(now), "userId": user.id, "expire": iso(now + LIFETIME) });
    routes::json(StatusCode::CREATED, &challenge)
}

/// `PUT /account/mfa/challenges`
pub async fn answer(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        challenge_id: String,
        otp: String,
    }
    let body: Body = call.json().await?;
    let (app, trace, now) = (call.app.clone(), Trace::of(&call), call.app.now());
    let (user, session) = call.caller.user()?;
    let (user, session) = (user.to_owned(), session.to_owned());
    let key = format!("second factor {user}");
    call.app.limits.take(now, key.clone(), WRONG)?;
    let answered = call
        .app
        .change(move |tx, events| {
            let Some(factor) = accept(tx, &app, &user, &session, &body.challenge_id, &body.otp)? else {
                return Ok(None);
            };
            add_factor(tx, &session, &factor, now)?;
            trace.log(tx, &user, "session.update", now)?;
            let session = sessions::find(tx, &user, &session)?.ok_or_else(sessions::not_found)?;
            events.push(session.event("update", now));
            Ok(Some(session))
        })
        .await?;
    let session = answered.ok_or_else(tokens::invalid)?;
    call.app.limits.forgive(&key);
    routes::json(StatusCode::OK, &session.told(&call.app, true))
}

/// The factor that was shown, if `otp` answers the session's challenge; then the challenge is over. A wrong answer is
/// counted.
fn accept(
    tx: &Connection,
    app: &App,
    user: &str,
    session: &str,
    challenge: &str,
    otp: &str,
) -> Result<Option<String>, StoreError> {
    let now = app.now();
    let sql = "SELECT factor, hash FROM challenge
         WHERE id = ?1 AND session_id = ?2 AND expire > ?3 AND tries <= ?4";
    let found: Option<(String, Option<Vec<u8>>)> = tx
        .query_row(sql, params![challenge, session, now, TRIES], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((factor, kept)) = found else { return Ok(None) };
    let right = match factor.as_str() {
        "totp" => match Authenticator::find(tx, app, user)?.filter(|known| known.verified) {
            Some(known) => known.accept(tx, user, otp, now)?,
            None => false,
        },
        "recoverycode" => recovery_codes::accept(tx, app, user, otp)?,
        _ => kept == Some(hash(app, challenge, otp)),
    };
    if right {
        tx.execute("DELETE FROM challenge WHERE id = ?1", [challenge])?;
        Ok(Some(factor))
    } else {
        tx.execute("UPDATE challenge SET tries = tries + 1 WHERE id = ?1", [challenge])?;
        Ok(None)
    }
}

fn lacking(factor: &str, user: &User) -> ApiError {
    let (kind, message) = match factor {
        "email" if user.email.is_empty() => ("user_email_not_found", "This account has no address."),
        "email" => ("user_email_not_verified", "This account's address is not verified."),
        "phone" if user.phone.is_empty() => ("user_phone_not_found", "This account has no number."),
        "phone" => ("user_phone_not_verified", "This account's number is not verified."),
        "recoverycode" => ("user_recovery_codes_not_found", "This account has no recovery codes."),
        _ => ("user_authenticator_not_found", "This account has no authenticator app."),
    };
    ApiError::new(StatusCode::BAD_REQUEST, kind, message)
}

fn hash(app: &App, id: &str, code: &str) -> Vec<u8> {
    ids::keyed_hash(&app.config.jwt_secret, &["challenge", id, code])
}
