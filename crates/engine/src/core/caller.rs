//! Who calls: found once per request, from a key, a JWT or an access token, or a session, in this order.

use std::sync::Arc;

use axum::http::{HeaderMap, StatusCode, header};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::{Deserialize, Serialize};

use super::{
    access_token, api_key,
    app::App,
    error::{ApiError, ApiResult, INVALID_BEARER},
    ids, impersonation, lent,
    store::StoreError,
};

/// Who calls, and the roles that permissions speak of.
#[derive(Debug, Clone)]
pub struct Caller {
    kind: Kind,
    /// Shared: a caller is copied on its way, its roles stay the same.
    roles: Arc<[String]>,
}

#[derive(Debug, Clone)]
enum Kind {
    Guest,
    User {
        id: String,
        session: String,
        /// Whether the session still needs its second factor.
        pending: bool,
        /// Unix milliseconds when the session is over.
        expires: i64,
        /// Whether whoever signed in may act as others.
        impersonator: bool,
        /// Who signed in, where they act as the user.
        operator: Option<String>,
    },
    Key {
        /// None stands for one that staged something earlier.
        id: Option<String>,
        scopes: Vec<String>,
        /// Unix milliseconds; none: for ever.
        expire: Option<i64>,
    },
    /// A program of others that somebody, or a team, lent some of its rights to.
    Lent {
        /// None: it acts by itself, for a team.
        user: Option<String>,
        /// The user's id, or what none can be where it acts by itself.
        acts_as: String,
        scopes: Vec<String>,
        /// Unix milliseconds when the token is over.
        expires: i64,
    },
    /// A program of others with its own key.
    App {
        id: String,
    },
}

/// The claims of an account's JWT.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Claims {
    pub user_id: String,
    pub session_id: String,
    /// Unix seconds.
    pub exp: i64,
}

/// A session as cookies and `X-Appwrite-Session` carry it: base64 of this as JSON.
#[derive(Debug, Serialize, Deserialize)]
pub struct SessionSecret {
    /// The user's id.
    pub id: String,
    pub secret: String,
}

impl SessionSecret {
    pub fn encode(&self) -> String {
        STANDARD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    fn decode(text: &str) -> Option<Self> {
        serde_json::from_slice(&STANDARD.decode(text).ok()?).ok()
    }
}

impl Caller {
    pub fn roles(&self) -> &[String] {
        &self.roles
    }

    pub fn is_key(&self) -> bool {
        matches!(self.kind, Kind::Key { .. })
    }

    /// Whether this is an API key that opens `scope`.
    pub fn has_scope(&self, scope: &str) -> bool {
        match &self.kind {
            Kind::Key { scopes, .. } => scopes.iter().any(|own| api_key::opens(own, scope)),
            Kind::Guest | Kind::User { .. } | Kind::Lent { .. } | Kind::App { .. } => false,
        }
    }

    /// The scopes of an access token, where this is one.
    pub fn lent(&self) -> Option<&[String]> {
        match &self.kind {
            Kind::Lent { scopes, .. } => Some(scopes),
            _ => None,
        }
    }

    /// Whether an access token opens `scope`; who is none has nothing to ask it for.
    pub fn lends(&self, scope: &str) -> bool {
        self.lent().is_none_or(|scopes| lent::opens(scopes, scope))
    }

    /// The program that shows its own key, where this is one.
    pub fn app(&self) -> Option<&str> {
        match &self.kind {
            Kind::App { id } => Some(id),
            _ => None,
        }
    }

    /// Whether this is somebody who has shown their first factor and not their second.
    pub fn is_pending(&self) -> bool {
        matches!(self.kind, Kind::User { pending: true, .. })
    }

    /// Whether this is a user whose session is over: what stays open for long has to ask again.
    pub fn is_over(&self, now: i64) -> bool {
        matches!(self.kind, Kind::User { expires, .. } | Kind::Lent { expires, .. } if expires <= now)
    }

    /// Whether this is somebody who may act as others, or does.
    pub fn is_impersonator(&self) -> bool {
        matches!(self.kind, Kind::User { impersonator: true, .. })
    }

    /// Who signed in, where they act as somebody else.
    pub fn operator(&self) -> Option<&str> {
        match &self.kind {
            Kind::User { operator, .. } => operator.as_deref(),
            Kind::Guest | Kind::Key { .. } | Kind::Lent { .. } | Kind::App { .. } => None,
        }
    }

    /// The same session, acting as another user with that user's roles.
    #[must_use]
    pub fn acting_as(mut self, user: String, own: Arc<[String]>) -> Self {
        if let Kind::User { id, operator, .. } = &mut self.kind {
            *operator = Some(std::mem::replace(id, user));
            self.roles = own;
        }
        self
    }

    pub fn guest() -> Self {
        Self { kind: Kind::Guest, roles: Arc::new(["any".into(), "guests".into()]) }
    }

    /// An API key; `expire` in Unix milliseconds, none: for ever.
    pub(super) fn of_key(id: String, scopes: Vec<String>, expire: Option<i64>) -> Self {
        Self { kind: Kind::Key { id: Some(id), scopes, expire }, roles: Arc::default() }
    }

    /// A program that acts for `user` as far as `scopes` go; none where the user is gone or blocked.
    pub(super) fn lent_by(
        c: &Connection,
        user: String,
        scopes: Vec<String>,
        expires: i64,
    ) -> Result<Option<Self>, StoreError> {
        let person = person(c, &user)?;
        let kind = Kind::Lent { user: Some(user.clone()), acts_as: user, scopes, expires };
        Ok(person.map(|person| Self { kind, roles: person.roles }))
    }

    /// A program that acts by itself for a team. It is in the team and nobody there: what only its owners may do, or only
    /// people who are signed in, stays closed.
    pub(super) fn installed_on(team: &str, installation: &str, scopes: Vec<String>, expires: i64) -> Self {
        let kind = Kind::Lent { user: None, acts_as: format!(":{installation}"), scopes, expires };
        Self { kind, roles: Arc::new(["any".into(), format!("team:{team}")]) }
    }

    pub(super) fn of_app(id: String) -> Self {
        Self { kind: Kind::App { id }, roles: Arc::default() }
    }

    /// Stands for the API key that staged something earlier.
    pub fn trusted() -> Self {
        Self { kind: Kind::Key { id: None, scopes: Vec::new(), expire: None }, roles: Arc::default() }
    }

    /// The key's id and its end, where this is one.
    pub fn key(&self) -> Option<(&str, Option<i64>)> {
        match &self.kind {
            Kind::Key { id, expire, .. } => Some((id.as_deref()?, *expire)),
            Kind::Guest | Kind::User { .. } | Kind::Lent { .. } | Kind::App { .. } => None,
        }
    }

    pub fn user_id(&self) -> Option<&str> {
        match &self.kind {
            Kind::User { id, .. } => Some(id),
            Kind::Lent { user, .. } => user.as_deref(),
            Kind::Guest | Kind::Key { .. } | Kind::App { .. } => None,
        }
    }

    /// How uploads remember who began them: a user's id, or what no id can be.
    pub fn uploader(&self) -> &str {
        match &self.kind {
            Kind::User { id, .. } => id,
            Kind::Lent { acts_as, .. } => acts_as,
            Kind::Key { .. } => "",
            Kind::Guest | Kind::App { .. } => ":guest",
        }
    }

    /// The signed-in user and session, else 401. A program that acts for somebody has no session; what is done with one is
    /// not lent (see [`lent::LENDABLE`]).
    pub fn user(&self) -> ApiResult<(&str, &str)> {
        match &self.kind {
            Kind::User { id, session, .. } => Ok((id, session)),
            Kind::Lent { user: Some(user), .. } => Ok((user, "")),
            Kind::Guest | Kind::Key { .. } | Kind::Lent { .. } | Kind::App { .. } => {
                Err(ApiError::unauthorized())
            }
        }
    }

    #[cfg(test)]
    pub fn user_for_test(id: &str) -> Self {
        Self {
            kind: Kind::User {
                id: id.into(),
                session: "s".into(),
                pending: false,
                expires: i64::MAX,
                impersonator: false,
                operator: None,
            },
            roles: Arc::new(["any".into(), "users".into(), format!("user:{id}")]),
        }
    }
}

/// Signs a JWT that dies with its session.
pub fn sign_jwt(app: &App, claims: &Claims) -> ApiResult<String> {
    jsonwebtoken::encode(
        &Header::new(Algorithm::HS256),
        claims,
        &EncodingKey::from_secret(&app.config.jwt_secret),
    )
    .map_err(|_| {
        ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "general_unknown", "The token could not be made.")
    })
}

/// Finds who calls, and as whom. What is given and wrong is an error; what is not given is a guest.
pub async fn identify(app: &Arc<App>, headers: &HeaderMap) -> ApiResult<Caller> {
    let caller = who(app, headers).await?;
    impersonation::act(app, headers, caller)
}

async fn who(app: &Arc<App>, headers: &HeaderMap) -> ApiResult<Caller> {
    let header =
        |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).filter(|text| !text.is_empty());
    let now = app.now();
    if let Some(key) = header("x-appwrite-key") {
        if let Some(id) = header("x-appwrite-app") {
            return access_token::identify_app(app, id, key).await;
        }
        return api_key::identify(app, key, header("x-sdk-name").unwrap_or_default(), now).await;
    }
    let bearer = header("authorization").and_then(|text| text.strip_prefix("Bearer "));
    if let Some(token) = bearer.filter(|bearer| access_token::is_one(bearer)) {
        return access_token::identify(app, token);
    }
    if let Some(jwt) = header("x-appwrite-jwt").or(bearer) {
        return any_of_jwt(app, jwt);
    }
    for text in session_texts(app, headers) {
        if let Some(caller) = any_of_session(app, &text)? {
            return Ok(caller);
        }
    }
    Ok(Caller::guest())
}

/// The user of a JWT, while its session lasts.
pub fn of_jwt(app: &App, jwt: &str) -> ApiResult<Caller> {
    whole(any_of_jwt(app, jwt)?)
}

/// The user of a session as cookies carry it; none where it is over or was never one.
pub fn of_session(app: &App, text: &str) -> ApiResult<Option<Caller>> {
    any_of_session(app, text)?.map(whole).transpose()
}

fn whole(caller: Caller) -> ApiResult<Caller> {
    if caller.is_pending() { Err(more_factors()) } else { Ok(caller) }
}

/// What a session that still needs its second factor gets.
pub fn more_factors() -> ApiError {
    ApiError::new(
        StatusCode::UNAUTHORIZED,
        "user_more_factors_required",
        "More factors are required to complete the sign in process.",
    )
}

fn any_of_jwt(app: &App, jwt: &str) -> ApiResult<Caller> {
    let now = app.now();
    let claims = read_jwt(app, jwt, now)?;
    let found =
        app.store.glance(|c| user_of_session(c, now, &claims.user_id, |id, _| id == claims.session_id))?;
    found.ok_or_else(invalid_jwt)
}

fn any_of_session(app: &App, text: &str) -> ApiResult<Option<Caller>> {
    let Some(session) = SessionSecret::decode(text) else { return Ok(None) };
    let (hash, now) = (ids::hash_secret(&session.secret), app.now());
    let key = (session.id.clone(), hash.clone());
    let find =
        || app.store.glance(|c| user_of_session(c, now, &session.id, |_, kept| kept == hash.as_slice()));
    Ok(app.known.or_find(app.store.changes(), now, key, find)?)
}

/// The same user with the roles that they have now; none where the session is over.
pub fn again(app: &App, caller: &Caller) -> ApiResult<Option<Caller>> {
    let Kind::User { id, session, .. } = &caller.kind else { return Ok(Some(caller.clone())) };
    let now = app.now();
    let now_known = app.store.glance(|c| user_of_session(c, now, id, |known, _| known == session))?;
    Ok(now_known.filter(|caller| !caller.is_pending()))
}

fn read_jwt(app: &App, jwt: &str, now: i64) -> ApiResult<Claims> {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.validate_exp = false;
    let key = DecodingKey::from_secret(&app.config.jwt_secret);
    let claims = jsonwebtoken::decode::<Claims>(jwt, &key, &validation).map_err(|_| invalid_jwt())?.claims;
    if claims.exp.saturating_mul(1000) <= now { Err(invalid_jwt()) } else { Ok(claims) }
}

fn invalid_jwt() -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, INVALID_BEARER, "The token is not valid, or its session ended.")
}

/// The places where SDKs put a session: a header, the cookies, the fallback cookies.
fn session_texts(app: &App, headers: &HeaderMap) -> Vec<String> {
    let names = cookie_names(app);
    let mut texts: Vec<String> = Vec::new();
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    texts.extend(text("x-appwrite-session").map(str::to_owned));
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    for cookie in cookies.flat_map(|line| line.split(';')) {
        if let Some((name, value)) = cookie.trim().split_once('=')
            && names.iter().any(|known| known == name)
        {
            texts.push(percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned());
        }
    }
    if let Some(fallback) = text("x-fallback-cookies")
        && let Ok(cookies) = serde_json::from_str::<std::collections::HashMap<String, String>>(fallback)
    {
        texts.extend(names.iter().filter_map(|name| cookies.get(name).cloned()));
    }
    texts
}

/// Names of the session cookies: the second is for clients that drop `SameSite=None`.
pub fn cookie_names(app: &App) -> [String; 2] {
    let name = format!("a_session_{}", app.config.project.to_lowercase());
    [name.clone(), format!("{name}_legacy")]
}

const SESSIONS: &str =
    "SELECT id, hash, json_array_length(factors), expire FROM session WHERE user_id = ?1 AND expire > ?2";

/// Whether somebody is active and verified, their labels, whether they want a second factor and have one, and whether
/// they may act as others.
const USER: &str = "SELECT status, email_verified OR phone_verified, labels,
       mfa AND ((email IS NOT NULL AND email_verified) OR (phone IS NOT NULL AND phone_verified)
         OR EXISTS (SELECT 1 FROM authenticator WHERE user_id = user.id AND verified)), impersonator
     FROM user WHERE id = ?1";

fn user_of_session(
    connection: &Connection,
    now: i64,
    user_id: &str,
    is_it: impl Fn(&str, &[u8]) -> bool,
) -> Result<Option<Caller>, StoreError> {
    let mut sessions = connection.prepare_cached(SESSIONS)?;
    let rows = sessions
        .query_map(params![user_id, now], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, Vec<u8>>(1)?,
                row.get::<_, i64>(2)?,
                row.get::<_, i64>(3)?,
            ))
        })?
        .collect::<Result<Vec<_>, _>>()?;
    let found = rows.into_iter().find(|(id, hash, ..)| is_it(id, hash));
    let Some((session, _, factors, expires)) = found else { return Ok(None) };
    let Some(person) = person(connection, user_id)? else { return Ok(None) };
    let pending = person.two_factors && factors < 2;
    let kind = Kind::User {
        id: user_id.to_owned(),
        session,
        pending,
        expires,
        impersonator: person.impersonator,
        operator: None,
    };
    Ok(Some(Caller { kind, roles: person.roles }))
}

/// The roles of a user; none of one who is blocked or not there.
pub(super) fn roles(connection: &Connection, user_id: &str) -> Result<Option<Arc<[String]>>, StoreError> {
    Ok(person(connection, user_id)?.map(|person| person.roles))
}

/// What somebody may do, whoever does it for them.
struct Person {
    roles: Arc<[String]>,
    /// Whether they want a second factor, and have one.
    two_factors: bool,
    /// Whether they may act as others.
    impersonator: bool,
}

fn person(connection: &Connection, user_id: &str) -> Result<Option<Person>, StoreError> {
    let user: Option<(bool, bool, String, bool, bool)> = connection
        .prepare_cached(USER)?
        .query_row([user_id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))
        .optional()?;
    // Nothing that a blocked user has opens anything.
    let Some((true, verified, labels, two_factors, impersonator)) = user else { return Ok(None) };
    let verified = if verified { "verified" } else { "unverified" };
    let mut roles = vec![
        "any".to_owned(),
        "users".to_owned(),
        format!("users/{verified}"),
        format!("user:{user_id}"),
        format!("user:{user_id}/{verified}"),
    ];
    let labels: Vec<String> = serde_json::from_str(&labels).unwrap_or_default();
    roles.extend(labels.iter().map(|label| format!("label:{label}")));
    let mut memberships = connection
        .prepare_cached("SELECT id, team_id, roles FROM membership WHERE user_id = ?1 AND joined NOT NULL")?;
    let teams = memberships
        .query_map([user_id], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
        })?
        .collect::<Result<Vec<_>, _>>()?;
    for (id, team, team_roles) in teams {
        roles.extend([format!("member:{id}"), format!("team:{team}")]);
        let team_roles: Vec<String> = serde_json::from_str(&team_roles).unwrap_or_default();
        roles.extend(team_roles.iter().map(|role| format!("team:{team}/{role}")));
    }
    Ok(Some(Person { roles: roles.into(), two_factors, impersonator }))
}
