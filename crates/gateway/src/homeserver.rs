//! What the gateway asks the homeserver: whose OpenID token this is, and what somebody may do in a room.

use std::time::Duration;

use hmac::{Hmac, Mac as _};
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use url::Url;

use crate::{GatewayConfig, GatewayError, now_millis, tokens};

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

/// Somebody's place in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Outside,
    /// In the room, but not allowed to be in its call.
    Listener,
    Member,
}

impl Homeserver {
    pub fn new(config: &GatewayConfig) -> Result<Self, GatewayError> {
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(15))
            .build()
            .map_err(|error| GatewayError::Internal(error.to_string()))?;
        Ok(Self {
            http,
            base: config.well_known.matrix.homeserver.clone(),
            jwt_secret: config.matrix_jwt_secret.clone(),
            registration_secret: config.matrix_registration_secret.clone(),
            token: Mutex::new(None),
        })
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

    /// What `user` may do in `room`, read from the room's state (Synapse's admin API).
    pub async fn place(&self, room: &str, user: &str) -> Result<Place, GatewayError> {
        #[derive(Deserialize)]
        struct Answer {
            state: Vec<Value>,
        }
        let url = self.url(&["_synapse", "admin", "v1", "rooms", room, "state"])?;
        for fresh in [false, true] {
            let token = self.token(fresh).await?;
            let answer = self.http.get(url.clone()).bearer_auth(token).send().await.map_err(unreachable)?;
            match answer.status() {
                StatusCode::UNAUTHORIZED if !fresh => {}
                StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST => return Ok(Place::Outside),
                _ => {
                    let answer: Answer =
                        answer.error_for_status().map_err(unreachable)?.json().await.map_err(unreachable)?;
                    return Ok(place_in(&answer.state, user));
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

/// Joined and with the power to send call memberships. Defaults are the specification's: 50 for state.
fn place_in(state: &[Value], user: &str) -> Place {
    let find = |kind: &str, key: &str| {
        state
            .iter()
            .find(|event| event["type"] == kind && event["state_key"] == key)
            .map(|event| &event["content"])
    };
    if find("m.room.member", user).is_none_or(|member| member["membership"] != "join") {
        return Place::Outside;
    }
    let Some(levels) = find("m.room.power_levels", "") else { return Place::Listener };
    let number = |value: &Value, otherwise: i64| value.as_i64().unwrap_or(otherwise);
    let creators = state.iter().filter(|event| event["type"] == "m.room.create").any(|create| {
        let version: i64 =
            create["content"]["room_version"].as_str().and_then(|v| v.parse().ok()).unwrap_or(1);
        let additional = create["content"]["additional_creators"].as_array();
        version >= 12
            && (create["sender"] == user || additional.is_some_and(|list| list.iter().any(|id| id == user)))
    });
    let needed = number(&levels["events"][CALL_MEMBER], number(&levels["state_default"], 50));
    let own = number(&levels["users"][user], number(&levels["users_default"], 0));
    // From room version 12 on, creators stand above all levels.
    if creators || own >= needed { Place::Member } else { Place::Listener }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(membership: &str, levels: &Value) -> Vec<Value> {
        vec![
            json!({ "type": "m.room.create", "state_key": "", "sender": "@boss:x", "content": { "room_version": "12" } }),
            json!({ "type": "m.room.member", "state_key": "@ada:x", "content": { "membership": membership } }),
            json!({ "type": "m.room.member", "state_key": "@boss:x", "content": { "membership": "join" } }),
            json!({ "type": "m.room.power_levels", "state_key": "", "content": levels }),
        ]
    }

    #[test]
    fn the_rooms_power_decides_who_may_speak() {
        let open = json!({ "events": { CALL_MEMBER: 0 } });
        assert_eq!(place_in(&state("join", &open), "@ada:x"), Place::Member);
        assert_eq!(place_in(&state("leave", &open), "@ada:x"), Place::Outside);
        assert_eq!(place_in(&state("invite", &open), "@ada:x"), Place::Outside);
        assert_eq!(place_in(&state("join", &open), "@eve:x"), Place::Outside);
        assert_eq!(place_in(&state("join", &json!({})), "@ada:x"), Place::Listener);
        assert_eq!(place_in(&state("join", &json!({ "users": { "@ada:x": 50 } })), "@ada:x"), Place::Member);
        assert_eq!(place_in(&state("join", &json!({})), "@boss:x"), Place::Member);
    }

    #[test]
    fn no_user_can_be_the_gateways_account() {
        assert_eq!(telestack_model::user_id_of_localpart(LOCALPART), None);
        assert!(telestack_model::matrix_localpart(LOCALPART).is_err());
    }
}
