//! Text messages by a provider's HTTP: one of those that Appwrite knows, one that speaks as Twilio does, or any that
//! takes a small JSON.

use std::time::Duration;

use reqwest::{Client, RequestBuilder, Url, redirect::Policy};
use serde_json::{Value, json};

use super::{Message, MessageError, answer};

/// How long a provider may take.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Clone)]
pub struct Sms {
    http: Client,
    url: Url,
    provider: Provider,
}

/// What each provider wants to know.
#[derive(Clone)]
pub enum Provider {
    Twilio { account: String, token: String, from: String },
    Vonage { key: String, secret: String, from: String },
    Msg91 { key: String, sender: String, template: String },
    Telesign { customer: String, key: String },
    Textmagic { user: String, key: String, from: String },
    Generic { authorization: Option<String> },
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
        let (account, token, from) = (account.to_owned(), token.to_owned(), from.to_owned());
        Self::of(Provider::Twilio { account, token, from }, Some(base))
    }

    /// `{"to","text"}` as JSON by POST, with `authorization` as that header.
    ///
    /// # Errors
    /// TLS cannot be set up.
    pub fn generic(url: Url, authorization: Option<String>) -> Result<Self, MessageError> {
        Self::with(url, Provider::Generic { authorization })
    }

    /// A provider at its own address, or at `base`.
    ///
    /// # Errors
    /// The address is not valid, or TLS cannot be set up.
    pub fn of(provider: Provider, base: Option<&Url>) -> Result<Self, MessageError> {
        let (home, path) = match &provider {
            Provider::Twilio { account, .. } => {
                ("https://api.twilio.com/", format!("2010-04-01/Accounts/{account}/Messages.json"))
            }
            Provider::Vonage { .. } => ("https://rest.nexmo.com/", "sms/json".to_owned()),
            Provider::Msg91 { .. } => ("https://control.msg91.com/", "api/v5/flow/".to_owned()),
            Provider::Telesign { .. } => ("https://rest-ww.telesign.com/", "v1/messaging".to_owned()),
            Provider::Textmagic { .. } => ("https://rest.textmagic.com/", "api/v2/messages".to_owned()),
            Provider::Generic { .. } => ("", String::new()),
        };
        let setting = |error: url::ParseError| MessageError::Setting(error.to_string());
        let base = base.map_or_else(|| Url::parse(home).map_err(setting), |base| Ok(base.clone()))?;
        Self::with(base.join(&path).map_err(setting)?, provider)
    }

    fn with(url: Url, provider: Provider) -> Result<Self, MessageError> {
        let http = Client::builder()
            .timeout(PATIENCE)
            .redirect(Policy::none())
            .build()
            .map_err(|error| MessageError::Setting(error.to_string()))?;
        Ok(Self { http, url, provider })
    }

    pub async fn send(&self, message: &Message) -> Result<(), MessageError> {
        self.text(&message.to, &message.text).await
    }

    /// `to` as `+`, country and number.
    pub async fn text(&self, to: &str, text: &str) -> Result<(), MessageError> {
        let body = answer::ask(self.request(to, text)).await?;
        self.check(&body)
    }

    fn request(&self, to: &str, text: &str) -> RequestBuilder {
        let post = self.http.post(self.url.clone());
        let digits = to.trim_start_matches('+');
        match &self.provider {
            Provider::Twilio { account, token, from } => {
                post.basic_auth(account, Some(token)).form(&[("To", to), ("From", from), ("Body", text)])
            }
            Provider::Vonage { key, secret, from } => {
                let kind = if text.is_ascii() { "text" } else { "unicode" };
                let from = from.trim_start_matches('+');
                post.form(&[
                    ("api_key", key.as_str()),
                    ("api_secret", secret),
                    ("to", digits),
                    ("from", from),
                    ("text", text),
                    ("type", kind),
                ])
            }
            Provider::Msg91 { key, sender, template } => post.header("authkey", key).json(&json!({
                "sender": sender,
                "template_id": template,
                // A template has a place for one of the two.
                "recipients": [{ "mobiles": digits, "content": text, "otp": text }],
            })),
            Provider::Telesign { customer, key } => post.basic_auth(customer, Some(key)).form(&[
                ("phone_number", digits),
                ("message", text),
                ("message_type", "ARN"),
            ]),
            Provider::Textmagic { user, key, from } => {
                let from = from.trim_start_matches('+');
                post.header("X-TM-Username", user).header("X-TM-Key", key).form(&[
                    ("text", text),
                    ("from", from),
                    ("phones", digits),
                ])
            }
            Provider::Generic { authorization } => {
                let request = post.json(&json!({ "to": to, "text": text }));
                match authorization {
                    Some(value) => request.header(reqwest::header::AUTHORIZATION, value),
                    None => request,
                }
            }
        }
    }

    /// Some providers say no with a success.
    fn check(&self, body: &Value) -> Result<(), MessageError> {
        let told = |place: &str| body.pointer(place).and_then(Value::as_str);
        match &self.provider {
            Provider::Vonage { .. } => match told("/messages/0/status") {
                Some("0") => Ok(()),
                // Too many in a second.
                Some("1") => Err(MessageError::Unreachable("the provider is busy".into())),
                status => {
                    let words = told("/messages/0/error-text").or(status).unwrap_or("no status");
                    Err(MessageError::Refused(words.to_owned()))
                }
            },
            Provider::Msg91 { .. } if told("/type") == Some("error") => {
                Err(MessageError::Refused(told("/message").unwrap_or("no reason").to_owned()))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::{
        Json, Router,
        http::{HeaderMap, StatusCode, Uri},
        routing::post,
    };
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

    /// A provider that answers the same to everything and tells what it was asked.
    async fn provider(body: Value) -> (Url, mpsc::UnboundedReceiver<(String, HeaderMap, String)>) {
        let (tell, told) = mpsc::unbounded_channel();
        let take = move |uri: Uri, headers: HeaderMap, text: String| {
            let _ = tell.send((uri.path().to_owned(), headers, text));
            let body = body.clone();
            async move { Json(body) }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("port");
        let base = format!("http://{}/", listener.local_addr().expect("address")).parse().expect("URL");
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(take)).await });
        (base, told)
    }

    fn text(text: &str) -> String {
        text.to_owned()
    }

    #[tokio::test]
    async fn each_provider_is_asked_in_its_own_way() {
        let (base, mut told) = provider(json!({ "messages": [{ "status": "0" }] })).await;
        let vonage = Provider::Vonage { key: text("k"), secret: text("s"), from: text("+1555") };
        let vonage = Sms::of(vonage, Some(&base)).expect("settings");
        vonage.text("+4930123", "Grüße").await.expect("sent");
        let (path, _, body) = told.recv().await.expect("told");
        assert_eq!(path, "/sms/json");
        assert_eq!(body, "api_key=k&api_secret=s&to=4930123&from=1555&text=Gr%C3%BC%C3%9Fe&type=unicode");
        let msg91 = Provider::Msg91 { key: text("k"), sender: text("SHOP"), template: text("t1") };
        Sms::of(msg91, Some(&base)).expect("settings").text("+4930123", "Hi").await.expect("sent");
        let (path, headers, body) = told.recv().await.expect("told");
        assert_eq!(path, "/api/v5/flow/");
        assert_eq!(headers["authkey"], "k");
        let body: Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!(body["recipients"][0], json!({ "mobiles": "4930123", "content": "Hi", "otp": "Hi" }));
        assert_eq!((&body["sender"], &body["template_id"]), (&json!("SHOP"), &json!("t1")));
        let telesign = Provider::Telesign { customer: text("c"), key: text("k") };
        Sms::of(telesign, Some(&base)).expect("settings").text("+4930123", "Hi").await.expect("sent");
        let (path, headers, body) = told.recv().await.expect("told");
        assert_eq!(path, "/v1/messaging");
        assert_eq!(headers["authorization"], "Basic Yzpr");
        assert_eq!(body, "phone_number=4930123&message=Hi&message_type=ARN");
        let textmagic = Provider::Textmagic { user: text("u"), key: text("k"), from: text("+1555") };
        Sms::of(textmagic, Some(&base)).expect("settings").text("+4930123", "Hi").await.expect("sent");
        let (path, headers, body) = told.recv().await.expect("told");
        assert_eq!(path, "/api/v2/messages");
        assert_eq!(headers["x-tm-username"], "u");
        assert_eq!(headers["x-tm-key"], "k");
        assert_eq!(body, "text=Hi&from=1555&phones=4930123");
    }

    #[tokio::test]
    async fn a_no_within_a_success_is_a_no() {
        let vonage = || Provider::Vonage { key: text("k"), secret: text("s"), from: text("1") };
        for (status, refused) in [("4", true), ("1", false)] {
            let (base, _told) =
                provider(json!({ "messages": [{ "status": status, "error-text": "Bad Credentials" }] }))
                    .await;
            let sent = Sms::of(vonage(), Some(&base)).expect("settings").text("+4930123", "Hi").await;
            let expected = MessageError::Refused("Bad Credentials".into());
            assert_eq!(sent == Err(expected), refused, "{status}");
            assert!(sent.is_err());
        }
        let (base, _told) = provider(json!({ "type": "error", "message": "template" })).await;
        let msg91 = Provider::Msg91 { key: text("k"), sender: text("S"), template: text("t") };
        let sent = Sms::of(msg91, Some(&base)).expect("settings").text("+4930123", "Hi").await;
        assert_eq!(sent, Err(MessageError::Refused("template".into())));
        // Nothing that an administrator says leads a password elsewhere.
        for account in ["//evil.example/", "../../x", "@evil.example", "\\evil.example"] {
            let twilio = Provider::Twilio { account: text(account), token: text("t"), from: text("1") };
            let sms = Sms::of(twilio, None).expect("settings");
            assert_eq!(sms.url.host_str(), Some("api.twilio.com"), "{account}");
        }
    }
}
