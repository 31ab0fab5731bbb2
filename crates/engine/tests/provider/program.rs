//! A program that somebody registered, as it speaks to us.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::{Method, Response, header};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{
    OAUTH,
    harness::{Client, HTTP, Running},
    text,
};

pub const BACK: &str = "https://notes.example.org/back";
pub const VERIFIER: &str = "a-verifier-that-has-at-least-forty-three-letters";

/// A registered program, and what it shows of itself.
pub struct Program {
    pub id: String,
    pub secret: Option<String>,
    pub base: String,
}

impl Program {
    pub async fn register(engine: &Running, owner: &Client, id: &str, more: &Value) -> Self {
        let mut app = json!({ "appId": id, "name": id, "redirectUris": [BACK], "deviceFlow": true });
        for (name, value) in more.as_object().expect("an object") {
            app[name] = value.clone();
        }
        let made = owner.ok(Method::POST, "/apps", &app).await;
        let secret = if made["type"] == "confidential" {
            let secret = owner.ok(Method::POST, &format!("/apps/{id}/secrets"), &json!({})).await;
            Some(secret["secret"].as_str().expect("shown once").to_owned())
        } else {
            None
        };
        Self { id: id.to_owned(), secret, base: engine.base.clone() }
    }

    /// A form, as every library of OAuth 2 sends it.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Response {
        let mut form: Vec<(&str, &str)> = form.to_vec();
        form.push(("client_id", &self.id));
        if let Some(secret) = &self.secret {
            form.push(("client_secret", secret));
        }
        let url = format!("{}{OAUTH}{path}", self.base);
        HTTP.post(url).form(&form).send().await.expect("answered")
    }

    pub async fn ok(&self, path: &str, form: &[(&str, &str)]) -> Value {
        let answer = self.post(path, form).await;
        let (status, kept) = (answer.status(), answer.headers().get(header::CACHE_CONTROL).cloned());
        let body = answer.text().await.expect("text");
        assert!(status.is_success(), "{path}: {status} {body}");
        assert_eq!(kept.expect("told"), "no-store");
        serde_json::from_str(&body).expect("JSON")
    }

    /// The word of the standards that a refusal says.
    pub async fn refused(&self, path: &str, form: &[(&str, &str)]) -> String {
        let answer = self.post(path, form).await;
        assert!(answer.status().is_client_error());
        let body: Value = answer.json().await.expect("JSON");
        assert_eq!(body["code"].as_u64().map(|code| code >= 400), Some(true), "Appwrite's words too: {body}");
        body["error"].as_str().expect("a word").to_owned()
    }

    /// What it sends somebody along with.
    pub fn request(&self, scope: &str) -> Vec<(String, String)> {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        [
            ("client_id", self.id.as_str()),
            ("redirect_uri", BACK),
            ("response_type", "code"),
            ("scope", scope),
            ("state", "the state"),
            ("nonce", "the nonce"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }

    pub fn redeem<'a>(&self, code: &'a str) -> [(&'static str, &'a str); 4] {
        [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", BACK),
            ("code_verifier", VERIFIER),
        ]
    }

    pub async fn tokens(&self, code: &str) -> Value {
        self.ok("/token", &self.redeem(code)).await
    }

    pub async fn refresh(&self, token: &Value) -> Value {
        self.ok("/token", &[("grant_type", "refresh_token"), ("refresh_token", text(token))]).await
    }
}
