//! Sessions: what they are, and how each kind of sign-in begins one.

mod anonymous;
mod cookies;
mod own;
mod redeem;
mod sign_in;

use axum::{
    http::{Method, StatusCode},
    response::Response,
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::{Value, json};

use super::{
    HOUR, agent,
    identities::{self, Identity},
    logs::Trace,
    open, user,
};
use crate::{
    core::{
        app::App,
        caller::SessionSecret,
        clock::iso,
        error::{ApiError, ApiResult},
        events::Event,
        ids,
        limits::Rate,
        messenger::{Channel, Language, Letter, Template},
        routes::{self, Access, Call, Route},
        store::StoreError,
    },
    users::User,
};
pub use cookies::{end as end_cookies, set as set_cookies};
pub use own::jwt_duration;
pub use sign_in::{TRIES, wrong_credentials};

/// Sessions that one address may begin in an hour: a whole organisation may have one.
const MANY: Rate = Rate { times: 600, window: HOUR };
/// Accounts without a name that one address may make in an hour.
const ANONYMOUS: Rate = Rate { times: 50, window: HOUR };
/// How long it is tried to tell somebody that they signed in.
const ALERT: i64 = 6 * HOUR;

pub fn routes() -> Vec<Route> {
    let one = "/account/sessions/{sessionId}";
    vec![
        open(Method::POST, "/account/sessions/email", MANY, |call| Box::pin(sign_in::create(call))),
        open(Method::POST, "/account/sessions/anonymous", ANONYMOUS, |call| {
            Box::pin(anonymous::create(call))
        }),
        open(Method::POST, "/account/sessions/token", MANY, |call| Box::pin(redeem::create(call))),
        open(Method::PUT, "/account/sessions/magic-url", MANY, |call| Box::pin(redeem::create(call))),
        open(Method::PUT, "/account/sessions/phone", MANY, |call| Box::pin(redeem::create(call))),
        user(Method::POST, "/account/jwts", |call| Box::pin(own::jwt(call))),
        user(Method::GET, "/account/sessions", |call| Box::pin(own::list(call))),
        user(Method::DELETE, "/account/sessions", |call| Box::pin(own::delete_all(call))),
        user(Method::GET, one, |call| Box::pin(own::get(call))),
        user(Method::PATCH, one, |call| Box::pin(own::refresh(call))),
        // Open to a session that still needs its second factor: who gives up leaves none behind.
        Route { access: Access::Pending, ..user(Method::DELETE, one, |call| Box::pin(own::delete(call))) },
    ]
}

pub struct Session {
    pub id: String,
    pub user_id: String,
    provider: String,
    ip: String,
    agent: String,
    created: i64,
    expire: i64,
    /// JSON list of how it was opened.
    factors: String,
    updated: i64,
    mfa_updated: i64,
    /// Where it was opened, two letters; empty where it is not known.
    country: String,
    /// The account elsewhere that it was opened with.
    pub identity: Option<Identity>,
}

/// A session that began just now.
pub struct Begun {
    pub session: Session,
    pub secret: SessionSecret,
    /// Whether its owner had others.
    another: bool,
}

const OWN: [&str; 11] = [
    "id",
    "user_id",
    "provider",
    "ip",
    "agent",
    "created",
    "expire",
    "factors",
    "updated",
    "mfa_updated",
    "country",
];

/// Sessions of the user `?1`, each with its identity behind its own columns.
fn select() -> String {
    let columns = |table: &str, names: &[&str]| {
        names.iter().map(|name| format!("{table}.{name}")).collect::<Vec<_>>().join(", ")
    };
    format!(
        "SELECT {}, {} FROM session LEFT JOIN identity ON identity.id = session.identity_id
         WHERE session.user_id = ?1",
        columns("session", &OWN),
        columns("identity", &identities::COLUMNS)
    )
}

pub fn find(connection: &Connection, user: &str, id: &str) -> Result<Option<Session>, StoreError> {
    let sql = format!("{} AND session.id = ?2", select());
    Ok(connection.prepare_cached(&sql)?.query_row([user, id], Session::from_row).optional()?)
}

/// The latest first.
pub fn all(connection: &Connection, user: &str) -> Result<Vec<Session>, StoreError> {
    let sql = format!("{} ORDER BY session.created DESC, session.rowid DESC", select());
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_map([user], Session::from_row)?.collect::<Result<_, _>>()?)
}

/// How a session was opened: `provider` as Appwrite calls it, and the factors that it counts as.
#[derive(Debug, Clone, Copy)]
pub struct Opening<'a> {
    provider: &'static str,
    factors: &'static [&'static str],
    identity: Option<&'a str>,
}

impl<'a> Opening<'a> {
    pub fn new(provider: &'static str, factors: &'static [&'static str]) -> Self {
        Self { provider, factors, identity: None }
    }

    /// With an account at somebody else's service.
    #[must_use]
    pub fn by(self, identity: &'a str) -> Self {
        Self { identity: Some(identity), ..self }
    }
}

/// Begins a session within a transaction; where there are too many the oldest ends.
pub fn begin(
    tx: &Connection,
    events: &mut Vec<Event>,
    app: &App,
    trace: &Trace,
    user: &User,
    opening: Opening<'_>,
) -> Result<Begun, StoreError> {
    if !user.status {
        let blocked = ApiError::new(StatusCode::UNAUTHORIZED, "user_blocked", "This account is blocked.");
        return Err(blocked.into());
    }
    let (now, policies) = (app.now(), app.policies());
    let secret = SessionSecret { id: user.id.clone(), secret: ids::secret() };
    let (id, hash) = (ids::unique(), ids::hash_secret(&secret.secret));
    let (factors, identity) = (json!(opening.factors).to_string(), opening.identity);
    tx.execute(
        "INSERT INTO session (id, user_id, hash, provider, ip, agent, created, expire, factors, updated, identity_id,
           country)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?7, ?10, ?11)",
        params![
            id,
            user.id,
            hash,
            opening.provider,
            trace.ip,
            trace.agent,
            now,
            now + policies.session_duration,
            factors,
            identity,
            trace.country
        ],
    )?;
    if policies.sessions > 0 {
        tx.execute(
            "DELETE FROM session WHERE user_id = ?1 AND id NOT IN
               (SELECT id FROM session WHERE user_id = ?1 ORDER BY created DESC, rowid DESC LIMIT ?2)",
            params![user.id, policies.sessions],
        )?;
    }
    tx.execute("UPDATE user SET accessed = ?1 WHERE id = ?2", params![now, user.id])?;
    trace.log(tx, &user.id, "session.create", now)?;
    let another =
        tx.query_row("SELECT count(*) > 1 FROM session WHERE user_id = ?1", [&user.id], |row| row.get(0))?;
    let session = find(tx, &user.id, &id)?.ok_or_else(not_found)?;
    events.push(session.event("create", now));
    Ok(Begun { session, secret, another })
}

/// Ends all sessions of `user` but `kept`.
pub fn end_all(
    tx: &Connection,
    events: &mut Vec<Event>,
    user: &str,
    kept: Option<&str>,
    now: i64,
) -> Result<(), StoreError> {
    for session in all(tx, user)?.iter().filter(|session| Some(session.id.as_str()) != kept) {
        tx.execute("DELETE FROM session WHERE id = ?1", [&session.id])?;
        events.push(session.event("delete", now));
    }
    Ok(())
}

/// Ends the sessions of so many who have one that began until `before`, and answers of how many.
pub fn end_of_some(
    tx: &Connection,
    events: &mut Vec<Event>,
    trace: &Trace,
    before: i64,
    most: usize,
) -> Result<usize, StoreError> {
    let sql = "SELECT DISTINCT user_id FROM session WHERE created <= ?1 LIMIT ?2";
    let mut statement = tx.prepare_cached(sql)?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let users: Vec<String> =
        statement.query_map([before, most], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for user in &users {
        end_all(tx, events, user, None, before)?;
        trace.log(tx, user, "session.delete", before)?;
    }
    Ok(users.len())
}

/// Ends one session of `user`; one that is not there is over already.
pub fn end_one(
    tx: &Connection,
    events: &mut Vec<Event>,
    user: &str,
    id: &str,
    now: i64,
) -> Result<(), StoreError> {
    if let Some(session) = find(tx, user, id)? {
        tx.execute("DELETE FROM session WHERE user_id = ?1 AND id = ?2", [user, id])?;
        events.push(session.event("delete", now));
    }
    Ok(())
}

/// The answer to a sign-in, with its cookies.
pub fn answer(call: &Call, begun: &Begun) -> ApiResult<Response> {
    let mut session = begun.session.told(&call.app, true);
    let encoded = begun.secret.encode();
    if call.caller.is_key() {
        // Only a program with a key may handle the secret itself; browsers get it as a cookie.
        session["secret"] = json!(encoded);
    }
    let mut response = routes::json(StatusCode::CREATED, &session)?;
    cookies::set(call, &mut response, &encoded);
    Ok(response)
}

/// Tells the account's owner by mail that somebody signed in, where this is wanted and was not the first time. Whoever
/// signed in did so, also where this cannot be kept.
pub async fn alert(call: &Call, user: &User, begun: &Begun) {
    let app = &call.app;
    let wanted = app.policies().session_alerts && begun.another && !user.email.is_empty();
    if !wanted || app.messenger.needs(Channel::Email).is_err() {
        return;
    }
    let letter = Letter {
        template: Template::SignedIn,
        language: Language::of(&call.headers),
        to: user.email.clone(),
        values: vec![
            ("time", iso(begun.session.created)),
            ("ip", begun.session.ip.clone()),
            ("device", agent::words(&begun.session.agent)),
        ],
        until: app.now() + ALERT,
    };
    let own = app.clone();
    if let Err(error) = app.store.write(move |tx| letter.post(tx, &own)).await {
        tracing::error!(%error, "somebody is not told of a sign-in");
    }
}

pub fn not_found() -> ApiError {
    ApiError::not_found("user_session_not_found", "A session")
}

impl Session {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            user_id: row.get(1)?,
            provider: row.get(2)?,
            ip: row.get(3)?,
            agent: row.get(4)?,
            created: row.get(5)?,
            expire: row.get(6)?,
            factors: row.get(7)?,
            updated: row.get(8)?,
            mfa_updated: row.get(9)?,
            country: row.get(10)?,
            identity: row
                .get::<_, Option<String>>(OWN.len())?
                .map(|_| Identity::at(row, OWN.len()))
                .transpose()?,
        })
    }

    pub fn lasts(&self, now: i64) -> bool {
        self.expire > now
    }

    /// Told to the account's owner; whoever listens through this session may do so no longer.
    pub fn event(&self, action: &str, time: i64) -> Event {
        let channels = ["account".to_owned(), format!("account.{}", self.user_id)];
        Event::new(&[("users", &self.user_id), ("sessions", &self.id)], action, self.json(false), time)
            .on(channels, action)
            .readable_by(&format!("user:{}", self.user_id))
            .concerning(&self.user_id)
    }

    /// The same with what the provider gave for it, which is for its owner and for administrators.
    pub fn told(&self, app: &App, current: bool) -> Value {
        let mut session = self.json(current);
        if let Some(identity) = &self.identity {
            identity.tell(app, &mut session);
        }
        session
    }

    /// What Appwrite tells of a session, without the tokens of a provider.
    pub fn json(&self, current: bool) -> Value {
        let mut session = json!({
            "$id": self.id,
            "$createdAt": iso(self.created),
            "$updatedAt": iso(self.updated),
            "userId": self.user_id,
            "expire": iso(self.expire),
            "provider": self.provider,
            "providerUid": self.identity.as_ref().map_or("", |identity| &identity.provider_uid),
            "providerAccessToken": "",
            "providerAccessTokenExpiry": "",
            "providerRefreshToken": "",
            "ip": self.ip,
            "current": current,
            "factors": serde_json::from_str::<Value>(&self.factors).unwrap_or_else(|_| json!([])),
            "secret": "",
            "mfaUpdatedAt": if self.mfa_updated == 0 { String::new() } else { iso(self.mfa_updated) },
        });
        agent::describe(&mut session, &self.agent, &self.country);
        session
    }
}
