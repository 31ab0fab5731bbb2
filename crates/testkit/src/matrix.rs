//! The Matrix client API as seeding calls it: enough to make rooms and join them. No end-to-end encryption.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use telestack_model::ROOM_POWER;

use crate::appwrite::read;

/// One signed-in Matrix device without keys.
#[derive(Debug)]
pub struct MatrixSession {
    homeserver: String,
    token: String,
    pub user_id: String,
    http: reqwest::Client,
}

impl MatrixSession {
    /// Signs in with the gateway's login token (`org.matrix.login.jwt`). The first time makes the account.
    ///
    /// # Errors
    /// Synapse's answer when it refuses.
    pub async fn sign_in(homeserver: &str, login_token: &str) -> Result<Self> {
        let http = reqwest::Client::new();
        let homeserver = homeserver.trim_end_matches('/').to_owned();
        let path = "/_matrix/client/v3/login";
        let answer = http
            .post(format!("{homeserver}{path}"))
            .json(&json!({
                "type": "org.matrix.login.jwt",
                "token": login_token,
                "initial_device_display_name": "Set-up",
            }))
            .send()
            .await?;
        let session = read("POST", path, answer).await?;
        Ok(Self {
            homeserver,
            token: text(&session, "access_token")?,
            user_id: text(&session, "user_id")?,
            http,
        })
    }

    /// One call of the client API, `path` starting with `/_matrix`.
    ///
    /// # Errors
    /// Synapse's answer when it is no success.
    pub async fn call(&self, method: Method, path: &str, body: &Value) -> Result<Value> {
        let answer = self.send(method.clone(), path, body).await?;
        read(method.as_str(), path, answer).await
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> Result<reqwest::Response> {
        let mut request =
            self.http.request(method.clone(), format!("{}{path}", self.homeserver)).bearer_auth(&self.token);
        if method != Method::GET {
            request = request.json(body);
        }
        Ok(request.send().await?)
    }

    /// The room that has this alias, e.g. `#engineering:localhost`.
    ///
    /// # Errors
    /// Synapse's answer when it is neither a room nor "not found".
    pub async fn room_by_alias(&self, alias: &str) -> Result<Option<String>> {
        let path = format!("/_matrix/client/v3/directory/room/{}", alias.replace('#', "%23"));
        let answer = self.send(Method::GET, &path, &Value::Null).await?;
        if answer.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        Ok(Some(text(&read("GET", &path, answer).await?, "room_id")?))
    }

    /// Makes an encrypted, invitation-only room in which every member may be in calls.
    ///
    /// # Errors
    /// Synapse's answer when it refuses.
    pub async fn create_room(
        &self,
        name: &str,
        topic: &str,
        alias: &str,
        invite: &[String],
    ) -> Result<String> {
        let room = self
            .call(
                Method::POST,
                "/_matrix/client/v3/createRoom",
                &json!({
                    "name": name,
                    "topic": topic,
                    "preset": "private_chat",
                    "room_alias_name": alias,
                    "invite": invite,
                    "initial_state": [{
                        "type": "m.room.encryption",
                        "state_key": "",
                        "content": { "algorithm": "m.megolm.v1.aes-sha2" },
                    }],
                    "power_level_content_override": { "events": BTreeMap::from(ROOM_POWER) },
                }),
            )
            .await?;
        text(&room, "room_id")
    }

    /// Joins a room that this person was invited to; joining twice is fine.
    ///
    /// # Errors
    /// Synapse's answer when it refuses.
    pub async fn join(&self, room_id: &str) -> Result<()> {
        let path = format!("/_matrix/client/v3/join/{}", room_id.replace('!', "%21"));
        self.call(Method::POST, &path, &json!({})).await.map(|_| ())
    }

    /// Ends the session, so that no device without keys is left in the account.
    ///
    /// # Errors
    /// Synapse's answer when it refuses.
    pub async fn sign_out(self) -> Result<()> {
        self.call(Method::POST, "/_matrix/client/v3/logout", &json!({})).await.map(|_| ())
    }
}

fn text(value: &Value, key: &str) -> Result<String> {
    value[key].as_str().map(str::to_owned).with_context(|| format!("no {key} in {value}"))
}
