//! Amazon SES: version 2 of its API, each mail whole.

use axum::http::header;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::DateTime;
use reqwest::Client;
use serde_json::json;
use url::Url;

use super::{
    Mail, Outcome, address, client,
    identity::Identity,
    mime,
    sigv4::{self, Scope, Signed},
};
use crate::{
    core::messenger::{MessageError, answer},
    messaging::providers::Settings,
};

const PATH: &str = "/v2/email/outbound-emails";

pub struct Ses {
    http: Client,
    url: Url,
    access_key: String,
    secret_key: String,
    region: String,
    identity: Identity,
}

impl Ses {
    pub fn new(settings: &Settings, stand_in: Option<&Url>) -> Result<Self, MessageError> {
        let region = settings.text("region").to_owned();
        if !region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
            return Err(MessageError::Setting("'region' is none of Amazon's".into()));
        }
        let url = address(&format!("https://email.{region}.amazonaws.com/"), stand_in, PATH)?;
        let text = |name: &str| settings.text(name).to_owned();
        Ok(Self {
            http: client()?,
            url,
            access_key: text("accessKey"),
            secret_key: text("secretKey"),
            region,
            identity: Identity::of(settings)?,
        })
    }

    pub async fn send(&self, mail: &Mail, to: &str, copies: bool, now: i64) -> Outcome {
        let built = mime::build(&self.identity, "", mail, to, copies)?;
        let mut destination = json!({ "ToAddresses": [to] });
        if copies {
            destination["CcAddresses"] = json!(mail.cc);
            destination["BccAddresses"] = json!(mail.bcc);
        }
        let body = json!({
            "FromEmailAddress": self.identity.from.email.to_string(),
            "Destination": destination,
            "Content": { "Raw": { "Data": STANDARD.encode(built.formatted()) } },
        });
        let body = body.to_string();
        let time =
            DateTime::from_timestamp_millis(now).unwrap_or_default().format("%Y%m%dT%H%M%SZ").to_string();
        let host = match self.url.port() {
            Some(port) => format!("{}:{port}", self.url.host_str().unwrap_or_default()),
            None => self.url.host_str().unwrap_or_default().to_owned(),
        };
        let headers = [("content-type", "application/json"), ("host", &host), ("x-amz-date", &time)];
        let scope = Scope {
            access_key: &self.access_key,
            secret_key: &self.secret_key,
            region: &self.region,
            service: "ses",
            time: &time,
        };
        let signed =
            Signed { method: "POST", path: PATH, query: "", headers: &headers, body: body.as_bytes() };
        let authorization = sigv4::authorization(&scope, &signed);
        let request = self
            .http
            .post(self.url.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .header("x-amz-date", &time)
            .header(header::AUTHORIZATION, authorization)
            .body(body);
        answer::ask(request).await.map(drop)
    }
}
