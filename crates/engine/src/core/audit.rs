//! Who did what: each call that changes something leaves an entry, named after its route. Rows of tables do not: there are
//! as many of them as people work, and realtime and webhooks tell of them.

use axum::{
    body::Body,
    http::{HeaderMap, Method, header},
    response::Response,
};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::Value;

use super::{
    app::App,
    ids,
    routes::{Call, Route},
    store::StoreError,
};

/// Entries are kept for ninety days.
const KEPT: i64 = 90 * 86_400_000;
/// Scopes of what changes as often as people write, come and go.
const OFTEN: [&str; 3] = ["rows.write", "documents.write", "presences.write"];
/// What is asked by POST and changes nothing, or only what other routes tell of.
const ASKING: [&str; 12] = [
    "/account/jwts",
    "/databases/{databaseId}/collections/{collectionId}/documents/query",
    "/tablesdb/{databaseId}/tables/{tableId}/rows/query",
    "/graphql",
    "/graphql/mutation",
    "/oauth2/{projectId}/authorize",
    "/oauth2/{projectId}/par",
    "/oauth2/{projectId}/device_authorization",
    "/oauth2/{projectId}/grants",
    "/oauth2/{projectId}/token",
    "/oauth2/{projectId}/introspect",
    "/oauth2/{projectId}/userinfo",
];

/// One call that changes something, before it is known whether it may.
#[derive(Debug)]
pub struct Deed {
    event: String,
    /// Nouns and ids of the path: `[("teams", "T"), ("memberships", "M")]`.
    path: Vec<(String, String)>,
    /// What is made, where the id comes with the answer.
    makes: Option<String>,
    user: Option<String>,
    /// The user as whom they did it.
    acted_as: String,
    key: Option<Vec<u8>>,
    ip: String,
    /// Two letters; empty where it is not known.
    country: String,
    agent: String,
    sdk: String,
    sdk_version: String,
    hostname: String,
}

impl Deed {
    /// None for what changes nothing, and for what is not kept.
    pub fn of(route: &Route, call: &Call) -> Option<Self> {
        let operator = call.caller.operator();
        // What somebody does as another is noted all.
        let scope = if operator.is_some() { "" } else { route.scope };
        let event = name(&route.method, route.path, scope)?;
        let text = |name: &str| text(&call.headers, name);
        // Only the first part of an upload is a deed.
        if !text("x-appwrite-id").is_empty() {
            return None;
        }
        let (path, noun) = nouns(route.path, |param| call.param(param).to_owned());
        Some(Self {
            event,
            path,
            makes: noun.filter(|_| route.method == Method::POST),
            user: operator.or(call.caller.user_id()).map(str::to_owned),
            acted_as: operator.and(call.caller.user_id()).unwrap_or_default().to_owned(),
            key: call.caller.is_key().then(|| ids::hash_secret(&text("x-appwrite-key"))),
            ip: call.ip.clone(),
            country: call.app.places.country(&call.ip),
            agent: call.agent(),
            sdk: text("x-sdk-name"),
            sdk_version: text("x-sdk-version"),
            hostname: text(header::HOST.as_str()),
        })
    }

    /// Writes the entry of a call that succeeded, and hands its answer back. The deed is done: that it could not be noted
    /// is no reason to say otherwise.
    pub async fn note(mut self, app: &App, response: Response) -> Response {
        let (parts, body) = response.into_parts();
        // Answers of calls that change something are small, and ours.
        let Ok(bytes) = axum::body::to_bytes(body, usize::MAX).await else {
            return Response::from_parts(parts, Body::empty());
        };
        let answer: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let of = |key: &str| answer[key].as_str().map(str::to_owned);
        if self.user.is_none() && self.key.is_none() {
            // Who signs in or up is nobody before.
            self.user = match self.event.as_str() {
                "account.create" => of("$id"),
                event if event.starts_with("account.sessions.") => of("userId"),
                _ => None,
            };
        }
        if let Some(kind) = self.makes.take() {
            self.path.extend(of("$id").or_else(|| of("key")).map(|id| (kind, id)));
        }
        let now = app.now();
        if let Err(error) = app.store.write(move |tx| self.write(tx, now)).await {
            tracing::error!(%error, "an entry of the audit log is lost");
        }
        Response::from_parts(parts, Body::from(bytes))
    }

    fn write(&self, tx: &Connection, now: i64) -> Result<(), StoreError> {
        let (actor, id, name, email) = self.actor(tx)?;
        let joined = |parts: &[(String, String)]| {
            parts.iter().map(|(noun, id)| format!("{noun}/{id}")).collect::<Vec<_>>().join("/")
        };
        let last = self.path.len().saturating_sub(1);
        let (kind, resource_id) = self.path.last().cloned().unwrap_or_default();
        let team = self.path.iter().find(|(noun, _)| noun == "teams").map(|(_, id)| id.as_str());
        let sql = "INSERT INTO activity (id, actor_kind, actor_id, actor_name, actor_email, event, resource, parent, kind,
             resource_id, team_id, ip, agent, sdk, sdk_version, hostname, time, acted_as, country)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)";
        tx.prepare_cached(sql)?.execute(params![
            ids::unique(),
            actor,
            id,
            name,
            email,
            self.event,
            joined(&self.path),
            joined(&self.path[..last]),
            kind,
            resource_id,
            team.unwrap_or_default(),
            self.ip,
            self.agent,
            self.sdk,
            self.sdk_version,
            self.hostname,
            now,
            self.acted_as,
            self.country
        ])?;
        tx.prepare_cached("DELETE FROM activity WHERE time < ?1")?.execute([now - KEPT])?;
        Ok(())
    }

    /// Kind, id, name and address of who did it.
    fn actor(&self, tx: &Connection) -> Result<(&'static str, String, String, String), StoreError> {
        let (kind, found) = match (&self.key, &self.user) {
            (Some(hash), _) => {
                let sql = "SELECT id, name, '' FROM api_key WHERE hash = ?1";
                (
                    "key",
                    tx.query_row(sql, [hash], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                        .optional()?,
                )
            }
            (None, Some(user)) => {
                let sql = "SELECT id, name, coalesce(email, '') FROM user WHERE id = ?1";
                let found = tx
                    .query_row(sql, [user], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                    .optional()?;
                // Somebody may have ended their own account.
                ("user", Some(found.unwrap_or_else(|| (user.clone(), String::new(), String::new()))))
            }
            (None, None) => ("guest", None),
        };
        let (id, name, email) = found.unwrap_or_default();
        Ok((kind, id, name, email))
    }
}

/// The audit name of a route; none where it changes nothing or is left out.
pub fn name(method: &Method, path: &str, scope: &str) -> Option<String> {
    let verb = match *method {
        Method::POST => "create",
        Method::PUT | Method::PATCH => "update",
        Method::DELETE => "delete",
        _ => return None,
    };
    if OFTEN.contains(&scope) || ASKING.contains(&path) {
        return None;
    }
    let statics = path.split('/').filter(|part| !part.is_empty() && !part.starts_with('{'));
    Some(statics.chain([verb]).collect::<Vec<_>>().join("."))
}

/// The nouns of a path with their ids, and the noun at its end that has none: of what is made there.
fn nouns(path: &str, id: impl Fn(&str) -> String) -> (Vec<(String, String)>, Option<String>) {
    let (mut found, mut noun) = (Vec::new(), None);
    for part in path.split('/').filter(|part| !part.is_empty()) {
        match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            // Not which, but of which kind.
            Some("kind") => {}
            Some(param) => found.extend(noun.take().map(|noun| (noun, id(param)))),
            // What is not one of several is a kind too: `sessions/email`, `users/argon2`.
            None if noun.is_some() && !is_plural(part) => {}
            None => noun = Some(part.to_owned()),
        }
    }
    (found, noun)
}

fn is_plural(word: &str) -> bool {
    word.ends_with('s') && !matches!(word, "sms" | "apns")
}

fn text(headers: &HeaderMap, name: &str) -> String {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().chars().take(256).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_is_known_from_the_path() {
        let of = |path| {
            let (found, noun) = nouns(path, str::to_uppercase);
            let found: Vec<String> = found.iter().map(|(noun, id)| format!("{noun}/{id}")).collect();
            (found.join("/"), noun.unwrap_or_default())
        };
        assert_eq!(
            of("/teams/{t}/memberships/{m}/status"),
            ("teams/T/memberships/M".into(), "status".into())
        );
        assert_eq!(of("/tablesdb/{d}/tables"), ("tablesdb/D".into(), "tables".into()));
        assert_eq!(
            of("/tablesdb/{d}/tables/{t}/columns/{kind}"),
            ("tablesdb/D/tables/T".into(), "columns".into())
        );
        assert_eq!(of("/account/sessions/email"), (String::new(), "sessions".into()));
        assert_eq!(of("/messaging/messages/sms"), (String::new(), "messages".into()));
        assert_eq!(of("/users/argon2"), (String::new(), "users".into()));
    }

    #[test]
    fn a_route_names_what_is_done_there() {
        let of = |method, path, scope| name(&method, path, scope);
        assert_eq!(of(Method::POST, "/teams", "teams.write").as_deref(), Some("teams.create"));
        let status = "/teams/{teamId}/memberships/{membershipId}/status";
        assert_eq!(of(Method::PATCH, status, "public").as_deref(), Some("teams.memberships.status.update"));
        assert_eq!(of(Method::GET, "/teams", "teams.read"), None);
        assert_eq!(of(Method::POST, "/tablesdb/{d}/tables/{t}/rows", "rows.write"), None);
    }
}
