//! Text messages by a provider's HTTP: one that speaks as Twilio does, or any that takes a small JSON.

use std::time::Duration;

use reqwest::{Client, RequestBuilder, Url};
use serde_json::json;

use super::{Message, MessageError};

/// How long a provider may take.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Clone)]
pub struct Sms {
    http: Client,
    provider: Provider,
}

#[derive(Clone)]
enum Provider {
    Twilio { url: Url, account: String, token: String, from: String },
    Generic { url: Url, authorization: Option<String> },
}

impl std::fmt::Debug for Sms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sms(..)")
    }
}

impl Sms {
    /// Twilio's way: a form, with the account and its token as name and password. `base` is
    /// `https://api.twilio.com/`, or a server that speaks like it.
    ///
    /// # Errors
    /// The URL is not valid.
    pub fn twilio(base: &Url, account: &str, token: &str, from: &str) -> Result<Self, MessageError> {
        let url = base
            .join(&format!("2010-04-01/Accounts/{account}/Messages.json"))
            .map_err(|error| MessageError::Setting(error.to_string()))?;
        let (account, token, from) = (account.to_owned(), token.to_owned(), from.to_owned());
        Self::with(Provider::Twilio { url, account, token, from })
    }

    /// `{"to","text"}` as JSON by POST, with `authorization` as that header.
    ///
    /// # Errors
    /// TLS cannot be set up.
    pub fn generic(url: Url, authorization: Option<String>) -> Result<Self, MessageError> {
        Self::with(Provider::Generic { url, authorization })
    }

    fn with(provider: Provider) -> Result<Self, MessageError> {
        let http = Client::builder()
            .timeout(PATIENCE)
            .build()
            .map_err(|error| MessageError::Setting(error.to_string()))?;
        Ok(Self { http, provider })
    }

    pub async fn send(&self, message: &Message) -> Result<(), MessageError> {
        let unreachable = |error: reqwest::Error| MessageError::Unreachable(error.without_url().to_string());
        let answer = self.request(message).send().await.map_err(unreachable)?;
        match answer.status() {
            status if status.is_success() => Ok(()),
            status if status.is_server_error() || status.as_u16() == 429 => {
                Err(MessageError::Unreachable(format!("the provider answered {status}")))
            }
            status => Err(MessageError::Refused(format!("the provider answered {status}"))),
        }
    }

    fn request(&self, message: &Message) -> RequestBuilder {
        match &self.provider {
            Provider::Twilio { url, account, token, from } => self
                .http
                .post(url.clone())
                .basic_auth(account, Some(token))
                .form(&[("To", &message.to), ("From", from), ("Body", &message.text)]),
            Provider::Generic { url, authorization } => {
                let request =
                    self.http.post(url.clone()).json(&json!({ "to": message.to, "text": message.text }));
                match authorization {
                    Some(value) => request.header(reqwest::header::AUTHORIZATION, value),
                    None => request,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::{Router, http::StatusCode, routing::post};
    use tokio::{net::TcpListener, sync::mpsc};

    use super::*;
    use crate::core::messenger::Channel;

    #[tokio::test]
    async fn both_ways_reach_a_provider_and_its_no_is_told() {
        let (tell, mut told) = mpsc::unbounded_channel();
        let take = move |headers: axum::http::HeaderMap, body: String| {
            let authorization = headers["authorization"].to_str().expect("text").to_owned();
            let _ = tell.send((authorization, body));
            async { StatusCode::CREATED }
        };
        let router = Router::new()
            .route("/2010-04-01/Accounts/AC1/Messages.json", post(take.clone()))
            .route("/send", post(take))
            .route("/never", post(|| async { StatusCode::BAD_REQUEST }))
            .route("/later", post(|| async { StatusCode::BAD_GATEWAY }));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("port");
        let base: Url = format!("http://{}/", listener.local_addr().expect("address")).parse().expect("URL");
        let server = tokio::spawn(async move { axum::serve(listener, router).await });
        let message = Message {
            channel: Channel::Sms,
            to: "+491701".into(),
            subject: String::new(),
            text: "123456".into(),
            html: String::new(),
        };
        let twilio = Sms::twilio(&base, "AC1", "token", "+1555").expect("settings");
        twilio.send(&message).await.expect("sent");
        let (authorization, body) = told.recv().await.expect("told");
        assert_eq!(authorization, "Basic QUMxOnRva2Vu");
        assert_eq!(body, "To=%2B491701&From=%2B1555&Body=123456");
        let at = |path: &str, key: Option<String>| {
            Sms::generic(base.join(path).expect("URL"), key).expect("settings")
        };
        at("send", Some("Bearer x".into())).send(&message).await.expect("sent");
        let (authorization, body) = told.recv().await.expect("told");
        assert_eq!(
            (authorization.as_str(), body.as_str()),
            ("Bearer x", r#"{"text":"123456","to":"+491701"}"#)
        );
        assert!(matches!(at("never", None).send(&message).await, Err(MessageError::Refused(_))));
        assert!(matches!(at("later", None).send(&message).await, Err(MessageError::Unreachable(_))));
        server.abort();
    }
}
