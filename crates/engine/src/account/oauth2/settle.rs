//! Whom somebody who came back from a provider is here: the owner of a link, of a verified address, or somebody new.

use axum::http::StatusCode;
use rusqlite::Connection;

use super::provider::Preset;
use crate::{
    account::{
        identities::{self, Identity, Person, Tokens},
        logs::Trace,
        own,
        sessions::{self, Begun, Opening},
        tokens::{self, Purpose},
    },
    core::{app::App, error::ApiError, events::Event, ids, store::StoreError},
    users::{self, Change, User},
};

/// How long a token for a session works, in milliseconds.
const LIFETIME: i64 = 15 * 60_000;

/// Somebody whom a provider vouches for.
pub struct Arrival {
    pub preset: &'static Preset,
    pub person: Person,
    pub tokens: Tokens,
    /// The user and the session that this is to be linked to.
    pub owner: Option<(String, String)>,
}

/// Begins a session for them; one that they had when they left ends.
pub fn open(
    tx: &Connection,
    events: &mut Vec<Event>,
    app: &App,
    trace: &Trace,
    arrival: &Arrival,
) -> Result<(User, Begun), StoreError> {
    let (user, identity) = settle(tx, events, app, trace, arrival)?;
    // As Appwrite has it: how many factors somebody shows is the provider's affair.
    let opening = Opening::new(arrival.preset.id, &["email", "oauth2"]).by(&identity.id);
    let begun = sessions::begin(tx, events, app, trace, &user, opening)?;
    if let Some((_, former)) = &arrival.owner {
        replace(tx, events, app, &user.id, former, &begun.session.id)?;
    }
    Ok((user, begun))
}

/// The user's id, and a secret that opens a session.
pub fn promise(
    tx: &Connection,
    events: &mut Vec<Event>,
    app: &App,
    trace: &Trace,
    arrival: &Arrival,
) -> Result<(String, String), StoreError> {
    let (user, identity) = settle(tx, events, app, trace, arrival)?;
    let secret = ids::secret();
    let made = tokens::make_with(tx, app, Purpose::OAuth2, &user.id, secret, LIFETIME)?;
    tx.execute("UPDATE token SET identity_id = ?1 WHERE id = ?2", [&identity.id, &made.id])?;
    trace.log(tx, &user.id, "token.create", app.now())?;
    Ok((user.id, made.secret))
}

/// Finds or makes the user, and links the account to them.
fn settle(
    tx: &Connection,
    events: &mut Vec<Event>,
    app: &App,
    trace: &Trace,
    arrival: &Arrival,
) -> Result<(User, Identity), StoreError> {
    let Arrival { preset, person, tokens, owner } = arrival;
    if person.uid.is_empty() {
        return Err(refusal(
            StatusCode::BAD_REQUEST,
            "user_missing_id",
            "The provider did not say who this is.",
        )
        .into());
    }
    let known = Identity::find(tx, preset.id, &person.uid)?;
    let user = match (owner, known) {
        (Some((user, session)), known) => link_to(tx, app, user, session, known.as_ref(), person)?,
        (None, Some(known)) => User::get(tx, &known.user_id)?,
        (None, None) => find_or_make(tx, events, app, trace, person)?,
    };
    if !user.status {
        let blocked = refusal(StatusCode::UNAUTHORIZED, "user_blocked", "This account is blocked.");
        return Err(blocked.into());
    }
    let identity = identities::link(tx, events, app, &user.id, preset.id, person, tokens)?;
    trace.log(tx, &user.id, "identity.update", app.now())?;
    Ok((complete(tx, events, app, user, person)?, identity))
}

/// The user who began this, if the account there and its address are nobody else's.
fn link_to(
    tx: &Connection,
    app: &App,
    user: &str,
    session: &str,
    known: Option<&Identity>,
    person: &Person,
) -> Result<User, StoreError> {
    // Who signed out meanwhile has left: the next person at this browser is not them.
    let here = sessions::find(tx, user, session)?.filter(|session| session.lasts(app.now()));
    if here.is_none() {
        return Err(sessions::not_found().into());
    }
    if known.is_some_and(|known| known.user_id != user) {
        return Err(identities::already().into());
    }
    if !person.email.is_empty() {
        let same = Identity::find_by_email(tx, &person.email)?.map(|identity| identity.user_id);
        let owner = User::find_by_email(tx, &person.email)?.map(|owner| owner.id);
        if [same, owner].into_iter().flatten().any(|other| other != user) {
            return Err(identities::already().into());
        }
    }
    User::get(tx, user)
}

/// Whom the address belongs to, or somebody new.
///
/// An address opens an account only if both sides vouch for it: a provider may let anybody write down any address,
/// and so may we until its owner showed that they read what is sent there.
fn find_or_make(
    tx: &Connection,
    events: &mut Vec<Event>,
    app: &App,
    trace: &Trace,
    person: &Person,
) -> Result<User, StoreError> {
    if person.email.is_empty() {
        let none = "The provider did not tell an e-mail address.";
        return Err(refusal(StatusCode::UNAUTHORIZED, "user_unauthorized", none).into());
    }
    if let Some(user) = User::find_by_email(tx, &person.email)? {
        return if person.verified && user.email_verified { Ok(user) } else { Err(unproven().into()) };
    }
    if let Some(identity) = Identity::find_by_email(tx, &person.email)? {
        return if person.verified { User::get(tx, &identity.user_id) } else { Err(unproven().into()) };
    }
    own::check_sign_up_within(tx, app)?;
    users::check_new_email(app, &person.email)?;
    let now = app.now();
    let mut user = User::new(ids::unique(), now);
    user.email.clone_from(&person.email);
    user.email_verified = person.verified;
    user.name.clone_from(&person.name);
    let user = user.insert(tx)?;
    trace.log(tx, &user.id, "user.create", now)?;
    events.push(user.event("create", now));
    Ok(user)
}

/// Gives a user what they lack and the provider tells: an anonymous account becomes theirs for good so.
fn complete(
    tx: &Connection,
    events: &mut Vec<Event>,
    app: &App,
    user: User,
    person: &Person,
) -> Result<User, StoreError> {
    let mut changes = Vec::new();
    if user.email.is_empty() && !person.email.is_empty() && User::find_by_email(tx, &person.email)?.is_none()
    {
        changes.push(Change::Email(person.email.clone()));
        if person.verified {
            changes.push(Change::EmailVerified(true));
        }
    }
    if user.name.is_empty() && !person.name.is_empty() {
        changes.push(Change::Name(person.name.clone()));
    }
    let remembered = app.policies().passwords.remembered;
    changes
        .into_iter()
        .try_fold(user, |user, change| users::write(tx, events, &user.id, change, remembered, app.now()))
}

/// The new session takes the place of the one that began this, and its devices.
fn replace(
    tx: &Connection,
    events: &mut Vec<Event>,
    app: &App,
    user: &str,
    former: &str,
    session: &str,
) -> Result<(), StoreError> {
    tx.execute("UPDATE target SET session_id = ?1 WHERE session_id = ?2", [session, former])?;
    if let Some(former) = sessions::find(tx, user, former)? {
        tx.execute("DELETE FROM session WHERE id = ?1", [&former.id])?;
        events.push(former.event("delete", app.now()));
    }
    Ok(())
}

/// Says nothing of who has which address.
fn unproven() -> ApiError {
    refusal(
        StatusCode::BAD_REQUEST,
        "general_bad_request",
        "This account of the provider cannot be used here. Who has an account here signs in to it, verifies its \
         e-mail address, and links the provider's account from there.",
    )
}

fn refusal(status: StatusCode, kind: &'static str, message: &str) -> ApiError {
    ApiError::new(status, kind, message)
}
