//! What the gateway asks the homeserver: whose OpenID token this is, and what somebody may do in a room.

use std::time::Duration;

use hmac::{Hmac, Mac as _};
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use telestack_backend::client_of;
use tokio::sync::Mutex;
use url::Url;

use crate::{GatewayConfig, GatewayError, check::service_of, now_millis, tokens};

/// The gateway's own account. A slash is legal in a localpart and cannot occur in a mapped user id, so nobody can
/// sign in as it.
const LOCALPART: &str = "telestack/gateway";
const CALL_MEMBER: &str = "org.matrix.msc3401.call.member";

pub struct Homeserver {
    http: reqwest::Client,
    base: Url,
    jwt_secret: String,
    registration_secret: String,
    token: Mutex<Option<String>>,
}

impl Homeserver {
    pub fn new(config: &GatewayConfig) -> Result<Self, GatewayError> {
        let base = config.well_known.matrix.homeserver.clone();
        let http = client_of(&[&base])
            .timeout(Duration::from_secs(15))
            .build()
            .map_err(|error| GatewayError::Internal(error.to_string()))?;
        Ok(Self {
            http,
            base,
            jwt_secret: config.matrix_jwt_secret.clone(),
            registration_secret: config.matrix_registration_secret.clone(),
            token: Mutex::new(None),
        })
    }

    /// Makes or takes up the gateway's account: both shared secrets are right when this goes well.
    pub async fn sign_in(&self) -> Result<(), GatewayError> {
        self.token(true).await.map(|_| ())
    }

    /// The token service for calls that clients are told.
    pub async fn announced_service(&self) -> Result<Option<String>, GatewayError> {
        let url = self.url(&[".well-known", "matrix", "client"])?;
        let answer = self.http.get(url).send().await.map_err(unreachable)?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let answer: Value =
            answer.error_for_status().map_err(unreachable)?.json().await.map_err(unreachable)?;
        Ok(service_of(&answer))
    }

    /// Whose OpenID token this is: `GET /_matrix/federation/v1/openid/userinfo`.
    pub async fn owner_of(&self, openid_token: &str) -> Result<String, GatewayError> {
        #[derive(Deserialize)]
        struct Owner {
            sub: String,
        }
        let url = self.url(&["_matrix", "federation", "v1", "openid", "userinfo"])?;
        let answer =
            self.http.get(url).query(&[("access_token", openid_token)]).send().await.map_err(unreachable)?;
        if answer.status().is_client_error() {
            return Err(GatewayError::Unauthorized);
        }
        let owner: Owner =
            answer.error_for_status().map_err(unreachable)?.json().await.map_err(unreachable)?;
        Ok(owner.sub)
    }

    /// Whether `user` may be in the call of `room`: they are in the room, and its power levels let them announce
    /// it. Who cannot announce it is seen by nobody, and nobody who is not seen may listen.
    pub async fn may_call(&self, room: &str, user: &str) -> Result<bool, GatewayError> {
        #[derive(Deserialize)]
        struct Rooms {
            joined_rooms: Vec<String>,
        }
        // A person's rooms instead of a room's people: a few ids, however large the room is.
        let rooms = self.ask(&["_synapse", "admin", "v1", "users", user, "joined_rooms"], None).await?;
        let Some(rooms) = rooms else { return Ok(false) };
        let rooms: Rooms =
            serde_json::from_value(rooms).map_err(|_| GatewayError::Unavailable("the homeserver"))?;
        if !rooms.joined_rooms.iter().any(|known| known == room) {
            return Ok(false);
        }
        let (create, levels) =
            tokio::try_join!(self.state(room, "m.room.create"), self.state(room, "m.room.power_levels"))?;
        Ok(may_announce(create.as_ref(), levels.as_ref(), user))
    }

    /// The event of a kind that a room has once.
    async fn state(&self, room: &str, kind: &str) -> Result<Option<Value>, GatewayError> {
        let answer = self.ask(&["_synapse", "admin", "v1", "rooms", room, "state"], Some(kind)).await?;
        let events = answer.as_ref().and_then(|answer| answer["state"].as_array());
        Ok(events.and_then(|events| {
            events.iter().find(|event| event["type"] == kind && event["state_key"] == "").cloned()
        }))
    }

    /// Gives somebody a password in place of the one before, if any. Their devices stay signed in.
    pub async fn set_password(&self, user: &str, password: &str) -> Result<(), GatewayError> {
        let path = ["_synapse", "admin", "v2", "users", user];
        // Putting would make an account where there is none.
        if self.ask(&path, None).await?.is_none() {
            return Err(GatewayError::NotFound("the person's account for chat"));
        }
        let change = json!({ "password": password, "logout_devices": false });
        let request = |url: Url| self.http.put(url).json(&change);
        match self.admin(self.url(&path)?, request).await? {
            Some(_) => Ok(()),
            None => Err(GatewayError::Internal("the homeserver takes no passwords for confirmation".into())),
        }
    }

    /// One question to Synapse's admin API; none where it knows no such user or room.
    async fn ask(&self, path: &[&str], kind: Option<&str>) -> Result<Option<Value>, GatewayError> {
        let mut url = self.url(path)?;
        if let Some(kind) = kind {
            url.query_pairs_mut().append_pair("type", kind);
        }
        self.admin(url, |url| self.http.get(url)).await
    }

    /// A request as the administrator that the gateway is; none where Synapse does not know or take it.
    async fn admin(
        &self,
        url: Url,
        request: impl Fn(Url) -> reqwest::RequestBuilder,
    ) -> Result<Option<Value>, GatewayError> {
        for fresh in [false, true] {
            let token = self.token(fresh).await?;
            let answer = request(url.clone()).bearer_auth(token).send().await.map_err(unreachable)?;
            match answer.status() {
                StatusCode::UNAUTHORIZED if !fresh => {}
                StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST => return Ok(None),
                _ => {
                    let answer = answer.error_for_status().map_err(unreachable)?;
                    return Ok(Some(answer.json().await.map_err(unreachable)?));
                }
            }
        }
        Err(GatewayError::Unavailable("the homeserver"))
    }

    /// The gateway's access token: registered once with the shared secret, afterwards by a login JWT.
    async fn token(&self, fresh: bool) -> Result<String, GatewayError> {
        let mut kept = self.token.lock().await;
        if let Some(token) = kept.as_ref().filter(|_| !fresh) {
            return Ok(token.clone());
        }
        self.register().await?;
        let jwt = tokens::matrix_login(&self.jwt_secret, LOCALPART, "TeleStack", now_millis() / 1000)?;
        let url = self.url(&["_matrix", "client", "v3", "login"])?;
        let body = json!({ "type": "org.matrix.login.jwt", "token": jwt, "device_id": "GATEWAY" });
        let answer = self.http.post(url).json(&body).send().await.map_err(unreachable)?;
        if answer.status() == StatusCode::FORBIDDEN {
            return Err(GatewayError::Internal("the homeserver refuses the gateway's login token".into()));
        }
        let answer: Value =
            answer.error_for_status().map_err(unreachable)?.json().await.map_err(unreachable)?;
        let token =
            answer["access_token"].as_str().ok_or(GatewayError::Unavailable("the homeserver"))?.to_owned();
        Ok(kept.insert(token).clone())
    }

    async fn register(&self) -> Result<(), GatewayError> {
        let url = self.url(&["_synapse", "admin", "v1", "register"])?;
        let nonce: Value = self
            .http
            .get(url.clone())
            .send()
            .await
            .map_err(unreachable)?
            .json()
            .await
            .map_err(unreachable)?;
        let nonce = nonce["nonce"].as_str().ok_or(GatewayError::Unavailable("the homeserver"))?;
        // Nobody signs in with it: the nonce makes it different each time, and it is not kept.
        let password = tokens::matrix_login(&self.registration_secret, LOCALPART, nonce, now_millis())?;
        let mut mac = Hmac::<sha1::Sha1>::new_from_slice(self.registration_secret.as_bytes())
            .map_err(|error| GatewayError::Internal(error.to_string()))?;
        mac.update([nonce, LOCALPART, &password, "admin"].join("\0").as_bytes());
        let body = json!({
            "nonce": nonce, "username": LOCALPART, "password": password, "admin": true,
            "mac": hex::encode(mac.finalize().into_bytes()),
        });
        let answer = self.http.post(url).json(&body).send().await.map_err(unreachable)?;
        if answer.status().is_success() {
            return Ok(());
        }
        let error: Value = answer.json().await.map_err(unreachable)?;
        if error["errcode"] == "M_USER_IN_USE" {
            return Ok(());
        }
        Err(GatewayError::Internal(format!(
            "the homeserver refuses the gateway's account: {}",
            error["errcode"]
        )))
    }

    fn url(&self, path: &[&str]) -> Result<Url, GatewayError> {
        let mut url = self.base.clone();
        url.path_segments_mut()
            .map_err(|()| GatewayError::Internal("the homeserver's URL has no path".into()))?
            .pop_if_empty()
            .extend(path);
        Ok(url)
    }
}

/// Errors of requests may carry URLs with tokens: they are not passed on.
fn unreachable(_: reqwest::Error) -> GatewayError {
    GatewayError::Unavailable("the homeserver")
}

/// The power to send call memberships. Defaults are the specification's: 50 for state.
fn may_announce(create: Option<&Value>, levels: Option<&Value>, user: &str) -> bool {
    let (Some(create), Some(levels)) = (create, levels.map(|event| &event["content"])) else { return false };
    let number = |value: &Value, otherwise: i64| value.as_i64().unwrap_or(otherwise);
    let version: i64 = create["content"]["room_version"].as_str().and_then(|v| v.parse().ok()).unwrap_or(1);
    let additional = create["content"]["additional_creators"].as_array();
    // From room version 12 on, creators stand above all levels.
    let creator = version >= 12
        && (create["sender"] == user || additional.is_some_and(|list| list.iter().any(|id| id == user)));
    let needed = number(&levels["events"][CALL_MEMBER], number(&levels["state_default"], 50));
    let own = number(&levels["users"][user], number(&levels["users_default"], 0));
    creator || own >= needed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rooms_power_decides_who_may_call() {
        let create = |version: &str| json!({ "sender": "@boss:x", "content": { "room_version": version } });
        let may = |version: &str, levels: &Value, user: &str| {
            may_announce(Some(&create(version)), Some(&json!({ "content": levels })), user)
        };
        let open = json!({ "events": { CALL_MEMBER: 0 } });
        assert!(may("12", &open, "@ada:x"));
        assert!(!may("12", &json!({}), "@ada:x"));
        assert!(may("12", &json!({ "users": { "@ada:x": 50 } }), "@ada:x"));
        assert!(may("12", &json!({}), "@boss:x"));
        assert!(!may("11", &json!({}), "@boss:x"));
        assert!(!may_announce(None, None, "@boss:x"));
    }

    #[test]
    fn no_user_can_be_the_gateways_account() {
        assert_eq!(telestack_model::user_id_of_localpart(LOCALPART), None);
        assert!(telestack_model::matrix_localpart(LOCALPART).is_err());
    }
}
