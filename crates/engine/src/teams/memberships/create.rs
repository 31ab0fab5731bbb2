//! `POST /teams/{teamId}/memberships`: an API key puts somebody in; an owner asks them, by mail or text message.

use axum::{http::StatusCode, response::Response};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::{Pending, check_roles, event, find, join, list::as_seen};
use crate::{
    account::{logs::Trace, redirect, tokens},
    core::{
        error::{ApiError, ApiResult},
        events::Event,
        ids,
        messenger::{Channel, Language, Letter, Template},
        routes::{self, Call},
        store::StoreError,
    },
    teams::team::{self, owned},
    users::{self, User, check_email, check_name, check_phone},
};

/// How long it is tried to bring somebody an invitation: a day.
const INVITATION: i64 = 86_400_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    #[serde(default)]
    user_id: Option<String>,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    phone: Option<String>,
    #[serde(default)]
    roles: Vec<String>,
    /// The page that the link in the message leads to.
    #[serde(default)]
    url: Option<String>,
    /// Of somebody who has no account yet.
    #[serde(default)]
    name: Option<String>,
}

/// Somebody as the caller names them.
enum Person {
    Id(String),
    Email(String),
    Phone(String),
}

pub async fn create(mut call: Call) -> ApiResult<Response> {
    let team = owned(&call)?;
    let body: Body = call.json().await?;
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let person = match (given(body.user_id), given(body.email), given(body.phone)) {
        (Some(id), _, _) => Person::Id(id),
        (None, Some(email), _) => Person::Email(check_email(&email)?),
        (None, None, Some(phone)) => Person::Phone(check_phone(&phone)?),
        (None, None, None) => return Err(ApiError::argument("Say who: 'userId', 'email' or 'phone'.")),
    };
    let (roles, name) = (check_roles(&body.roles)?, check_name(&body.name.unwrap_or_default())?);
    let membership = if call.caller.is_key() {
        put_in(&call, team, person, roles, name).await?
    } else {
        invite(&call, team, person, roles, name, body.url.unwrap_or_default()).await?
    };
    routes::json(StatusCode::CREATED, &membership)
}

async fn put_in(call: &Call, team: String, person: Person, roles: String, name: String) -> ApiResult<Value> {
    let (now, trace) = (call.app.now(), Trace::of(call));
    let seen = call.app.policies().memberships;
    let made = call.app.change(move |tx, events| {
        let user = resolve(tx, events, &person, name, Some(0), now)?;
        check_free(tx, &team, &user.id)?;
        let membership = join(tx, &team, &user.id, &roles, now)?;
        trace.log(tx, &user.id, "membership.create", now)?;
        events.push(event(&membership, seen, "create", now));
        Ok(membership)
    });
    Ok(made.await?)
}

async fn invite(
    call: &Call,
    team: String,
    person: Person,
    roles: String,
    name: String,
    url: String,
) -> ApiResult<Value> {
    let page = redirect::check(&call.app, &url)?;
    // Who is named by their id is reached as they are known to us.
    let to = match &person {
        Person::Email(email) => email.clone(),
        Person::Phone(phone) => phone.clone(),
        Person::Id(id) => {
            let id = id.clone();
            let user = call.app.store.read(move |c| User::get(c, &id)).await?;
            if user.email.is_empty() { user.phone } else { user.email }
        }
    };
    if to.is_empty() {
        return Err(ApiError::argument("This user has neither an address nor a number."));
    }
    let by_phone = to.starts_with('+');
    call.app.messenger.needs(if by_phone { Channel::Sms } else { Channel::Email })?;
    tokens::limit(call, &to)?;
    let secret = ids::secret();
    let hash = ids::hash_secret(&secret);
    let invited = if matches!(person, Person::Id(_)) { String::new() } else { to.clone() };
    let (now, trace, policies) = (call.app.now(), Trace::of(call), call.app.policies());
    // Who is not there yet comes as one who signs up.
    let may_come = match &person {
        Person::Email(email) => users::check_new_email(&call.app, email).is_ok(),
        Person::Phone(_) | Person::Id(_) => true,
    };
    let room = (call.app.config.sign_up && may_come).then_some(policies.users);
    let (app, language) = (call.app.clone(), Language::of(&call.headers));
    let membership = call
        .app
        .change(move |tx, events| {
            let user = resolve(tx, events, &person, name, room, now)?;
            check_free(tx, &team, &user.id)?;
            tx.execute(
                "INSERT INTO membership (id, team_id, user_id, roles, created, updated, hash, invited)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7)
                 ON CONFLICT (team_id, user_id) DO UPDATE SET roles = excluded.roles, hash = excluded.hash,
                   updated = excluded.updated",
                params![ids::unique(), team, user.id, roles, now, hash, invited],
            )?;
            let sql = "SELECT id FROM membership WHERE team_id = ?1 AND user_id = ?2";
            let id: String = tx.query_row(sql, [&team, &user.id], |row| row.get(0))?;
            let membership = find(tx, &team, &id, Pending::AsInvited)?.ok_or_else(super::not_found)?;
            trace.log(tx, &user.id, "membership.create", now)?;
            events.push(event(&membership, policies.memberships, "create", now));
            letter(&membership, &page, &secret, to, language, now).post(tx, &app)?;
            Ok(membership)
        })
        .await?;
    Ok(as_seen(call, membership))
}

/// Asks somebody, who says yes with `secret`.
fn letter(membership: &Value, page: &Url, secret: &str, to: String, language: Language, now: i64) -> Letter {
    let text = |key: &str| membership[key].as_str().unwrap_or_default();
    let parameters = [
        ("membershipId", text("$id")),
        ("userId", text("userId")),
        ("teamId", text("teamId")),
        ("teamName", text("teamName")),
        ("secret", secret),
    ];
    let link = redirect::link(page, &parameters);
    // An owner chose the name, and a stranger reads it: nothing in it is to become a link.
    let team = text("teamName").replace(['.', '/', ':'], " ");
    let template = if to.starts_with('+') { Template::InvitationByPhone } else { Template::Invitation };
    Letter { template, language, to, values: vec![("link", link), ("team", team)], until: now + INVITATION }
}

/// Who is meant; somebody new where accounts may be made, as far as there is `room` for so many (0: for all).
fn resolve(
    tx: &Connection,
    events: &mut Vec<Event>,
    person: &Person,
    name: String,
    room: Option<u32>,
    now: i64,
) -> Result<User, StoreError> {
    let mut new = User::new(ids::unique(), now);
    new.name = name;
    let known = match person {
        Person::Id(id) => return User::get(tx, id),
        Person::Email(email) => {
            new.email.clone_from(email);
            User::find_by_email(tx, email)?
        }
        Person::Phone(phone) => {
            new.phone.clone_from(phone);
            User::find_by_phone(tx, phone)?
        }
    };
    match (known, room) {
        (Some(user), _) => Ok(user),
        (None, Some(most)) => {
            users::check_room(tx, most)?;
            let user = new.insert(tx)?;
            events.push(user.event("create", now));
            Ok(user)
        }
        (None, None) => Err(ApiError::new(
            StatusCode::NOT_FOUND,
            "user_not_found",
            "Nobody here has this address, and sign-up is turned off.",
        )
        .into()),
    }
}

/// The team exists, and the person is not in it yet.
fn check_free(tx: &Connection, team: &str, user: &str) -> Result<(), StoreError> {
    if team::find(tx, team)?.is_none() {
        return Err(team::not_found().into());
    }
    let sql = "SELECT joined IS NOT NULL FROM membership WHERE team_id = ?1 AND user_id = ?2";
    match tx.query_row(sql, [team, user], |row| row.get(0)).optional()? {
        Some(true) => Err(ApiError::new(
            StatusCode::CONFLICT,
            "team_invite_already_exists",
            "This user is in the team already.",
        )
        .into()),
        _ => Ok(()),
    }
}
