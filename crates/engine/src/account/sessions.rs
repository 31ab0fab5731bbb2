//! Sessions: begun with e-mail and password, listed, ended; and the JWTs that die with them.

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use rusqlite::{OptionalExtension as _, Row, params};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    core::{
        caller::{self, Claims, SessionSecret, cookie_names},
        clock::iso,
        error::{ApiError, ApiResult},
        events::Event,
        ids,
        limits::Rate,
        password,
        routes::{self, Call},
        store::StoreError,
    },
    users::{COLUMNS, User, check_email},
};

/// A session lasts a year.
const YEAR: i64 = 365 * 86_400_000;
/// The oldest session goes when there are more.
const MOST: i64 = 10;
/// Tries of one account's password from one address, and from all addresses: nobody locks somebody else out with a
/// few wrong passwords, and many machines together do not guess.
const TRIES: Rate = Rate { times: 10, window: 3_600_000 };
const TRIES_OF_ALL: Rate = Rate { times: 100, window: 3_600_000 };
/// Seconds that a JWT lasts where nobody asks for another time, and at most.
const JWT: (i64, i64) = (900, 3600);

/// `POST /account/sessions/email`. The same answer and the same time whether or not the address is known.
pub async fn create(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    struct Body {
        email: String,
        password: String,
    }
    let body: Body = call.json().await?;
    let email = check_email(&body.email)?;
    let now = call.app.now();
    let (here, anywhere) = (format!("sign-in {email} {}", call.ip), format!("sign-in {email}"));
    if !call.caller.is_key() {
        call.app.limits.take(now, here.clone(), TRIES)?;
        call.app.limits.take(now, anywhere.clone(), TRIES_OF_ALL)?;
    }
    let sql = format!("SELECT {COLUMNS} FROM user WHERE email = ?1");
    let user =
        call.app.store.read(move |c| Ok(c.query_row(&sql, [email], User::from_row).optional()?)).await?;
    let hash = user.as_ref().and_then(|user| user.password.clone());
    let right = password::verify(body.password, hash).await?;
    let Some(user) = user.filter(|_| right) else { return Err(wrong_credentials()) };
    call.app.limits.forgive(&here);
    call.app.limits.give_back(&anywhere);
    if !user.status {
        return Err(ApiError::new(StatusCode::UNAUTHORIZED, "user_blocked", "This account is blocked."));
    }
    let secret = SessionSecret { id: user.id.clone(), secret: ids::secret() };
    let (id, hash, ip) = (ids::unique(), ids::hash_secret(&secret.secret), call.ip.clone());
    let agent: String = call
        .headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .chars()
        .take(256)
        .collect();
    let mut session = call
        .app
        .change(move |tx, events| {
            tx.execute(
                "INSERT INTO session (id, user_id, hash, provider, ip, agent, created, expire)
                 VALUES (?1, ?2, ?3, 'email', ?4, ?5, ?6, ?7)",
                params![id, user.id, hash, ip, agent, now, now + YEAR],
            )?;
            tx.execute(
                "DELETE FROM session WHERE user_id = ?1 AND id NOT IN
                   (SELECT id FROM session WHERE user_id = ?1 ORDER BY created DESC, rowid DESC LIMIT ?2)",
                params![user.id, MOST],
            )?;
            tx.execute("UPDATE user SET accessed = ?1 WHERE id = ?2", params![now, user.id])?;
            let session = find(tx, &user.id, &id)?;
            events.extend(session.as_ref().map(|session| session.event("create", now)));
            Ok(session)
        })
        .await?
        .map_or(Value::Null, |session| session.json(true));
    let encoded = secret.encode();
    if call.caller.is_key() {
        // Only a program with a key may handle the secret itself; browsers get it as a cookie.
        session["secret"] = json!(encoded);
    }
    let mut response = routes::json(StatusCode::CREATED, &session)?;
    set_cookies(&call, &mut response, Some(&encoded));
    Ok(response)
}

/// `POST /account/jwts`
pub async fn jwt(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    struct Body {
        #[serde(default)]
        duration: Option<i64>,
    }
    let body: Body = call.json().await?;
    let duration = body.duration.unwrap_or(JWT.0);
    if !(0..=JWT.1).contains(&duration) {
        return Err(ApiError::argument("A token lasts at most 3600 seconds."));
    }
    let (user_id, session_id) = call.caller.user()?;
    let claims = Claims {
        user_id: user_id.to_owned(),
        session_id: session_id.to_owned(),
        exp: call.app.now() / 1000 + if duration == 0 { JWT.0 } else { duration },
    };
    routes::json(StatusCode::CREATED, &json!({ "jwt": caller::sign_jwt(&call.app, &claims)? }))
}

pub async fn list(call: Call) -> ApiResult<Response> {
    let (user, current) = call.caller.user()?;
    let (user, current) = (user.to_owned(), current.to_owned());
    let sessions = call
        .app
        .store
        .read(move |c| {
            let mut statement = c.prepare_cached(&format!("{SELECT} ORDER BY created DESC"))?;
            let rows = statement.query_map([user], Session::from_row)?;
            Ok(rows.collect::<Result<Vec<_>, _>>()?)
        })
        .await?;
    let sessions: Vec<Value> = sessions.iter().map(|session| session.json(session.id == current)).collect();
    routes::json(StatusCode::OK, &json!({ "total": sessions.len(), "sessions": sessions }))
}

pub async fn get(call: Call) -> ApiResult<Response> {
    let (user, current) = call.caller.user()?;
    let (user, wanted) = (user.to_owned(), wanted(&call, current));
    let is_current = wanted == current;
    let session = call.app.store.read(move |c| find(c, &user, &wanted)).await?.ok_or_else(not_found)?;
    routes::json(StatusCode::OK, &session.json(is_current))
}

pub async fn delete(call: Call) -> ApiResult<Response> {
    let (user, current) = call.caller.user()?;
    let (user, wanted) = (user.to_owned(), wanted(&call, current));
    let is_current = wanted == current;
    let now = call.app.now();
    call.app
        .change(move |tx, events| {
            let session = find(tx, &user, &wanted)?.ok_or_else(not_found)?;
            tx.execute("DELETE FROM session WHERE user_id = ?1 AND id = ?2", [user, wanted])?;
            events.push(session.event("delete", now));
            Ok(())
        })
        .await?;
    let mut response = routes::empty()?;
    if is_current {
        set_cookies(&call, &mut response, None);
    }
    Ok(response)
}

pub async fn delete_all(call: Call) -> ApiResult<Response> {
    let (user, now) = (call.caller.user()?.0.to_owned(), call.app.now());
    call.app
        .change(move |tx, events| {
            let mut sessions = tx.prepare_cached(SELECT)?;
            for session in sessions.query_map([&user], Session::from_row)? {
                events.push(session?.event("delete", now));
            }
            tx.execute("DELETE FROM session WHERE user_id = ?1", [user])?;
            Ok(())
        })
        .await?;
    let mut response = routes::empty()?;
    set_cookies(&call, &mut response, None);
    Ok(response)
}

/// What a wrong address and a wrong password both get.
pub fn wrong_credentials() -> ApiError {
    ApiError::new(
        StatusCode::UNAUTHORIZED,
        "user_invalid_credentials",
        "The e-mail address or the password is wrong.",
    )
}

fn not_found() -> ApiError {
    ApiError::not_found("user_session_not_found", "A session")
}

fn wanted(call: &Call, current: &str) -> String {
    match call.param("sessionId") {
        "current" => current.to_owned(),
        id => id.to_owned(),
    }
}

/// Both cookies and the header for clients that keep no cookies; with nothing, all of them are ended.
fn set_cookies(call: &Call, response: &mut Response, value: Option<&str>) {
    let secure = if call.app.config.https { "; Secure; SameSite=None" } else { "; SameSite=Lax" };
    let names = cookie_names(&call.app);
    let encoded = value.map(|value| {
        percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC).to_string()
    });
    let lifetime = if value.is_some() { YEAR / 1000 } else { 0 };
    for name in &names {
        let cookie = format!(
            "{name}={}; Path=/; HttpOnly; Max-Age={lifetime}{secure}",
            encoded.as_deref().unwrap_or_default()
        );
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    let fallback = value.map_or_else(|| "[]".to_owned(), |value| json!({ &names[0]: value }).to_string());
    if let Ok(fallback) = HeaderValue::from_str(&fallback) {
        response.headers_mut().insert(HeaderName::from_static("x-fallback-cookies"), fallback);
    }
}

const SELECT: &str =
    "SELECT id, user_id, provider, ip, agent, created, expire FROM session WHERE user_id = ?1";

struct Session {
    id: String,
    user_id: String,
    provider: String,
    ip: String,
    agent: String,
    created: i64,
    expire: i64,
}

fn find(connection: &rusqlite::Connection, user: &str, id: &str) -> Result<Option<Session>, StoreError> {
    let sql = format!("{SELECT} AND id = ?2");
    Ok(connection.query_row(&sql, [user, id], Session::from_row).optional()?)
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
        })
    }

    /// Told to the account's owner; whoever listens through this session may do so no longer.
    fn event(&self, action: &str, time: i64) -> Event {
        let channels = ["account".to_owned(), format!("account.{}", self.user_id)];
        Event::new(&[("users", &self.user_id), ("sessions", &self.id)], action, self.json(false), time)
            .on(channels, action)
            .readable_by(&format!("user:{}", self.user_id))
            .concerning(&self.user_id)
    }

    fn json(&self, current: bool) -> Value {
        let mut session = json!({
            "$id": self.id,
            "$createdAt": iso(self.created),
            "$updatedAt": iso(self.created),
            "userId": self.user_id,
            "expire": iso(self.expire),
            "provider": self.provider,
            "ip": self.ip,
            "clientName": self.agent,
            "current": current,
            "factors": ["password"],
        });
        for key in [
            "providerUid",
            "providerAccessToken",
            "providerAccessTokenExpiry",
            "providerRefreshToken",
            "osCode",
            "osName",
            "osVersion",
            "clientType",
            "clientCode",
            "clientVersion",
            "clientEngine",
            "clientEngineVersion",
            "deviceName",
            "deviceBrand",
            "deviceModel",
            "countryCode",
            "countryName",
            "secret",
            "mfaUpdatedAt",
        ] {
            session[key] = json!("");
        }
        session
    }
}
