//! A provider in a test: it keeps what it was asked, and answers what it is told to. And the tests of those that only
//! such a server can test.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der, PublicKeyX509Der},
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _,
        RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey, VerificationAlgorithm,
    },
};
use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode, Uri, Version},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;

use super::{Attachment, Content, Mail, Outcome, Push, Sender};
use crate::{
    core::messenger::MessageError,
    messaging::providers::{
        Settings,
        kind::{self, Kind},
    },
};

const NOW: i64 = 1_700_000_000_000;

struct Asked {
    path: String,
    version: Version,
    headers: HeaderMap,
    body: Bytes,
}

impl Asked {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }
}

#[derive(Clone)]
struct Server {
    url: Url,
    asked: Arc<Mutex<Vec<Asked>>>,
    /// What comes next; a success where nothing is told.
    answers: Arc<Mutex<VecDeque<(u16, Value)>>>,
}

impl Server {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("port");
        let url = format!("http://{}/", listener.local_addr().expect("address")).parse().expect("URL");
        let server = Self { url, asked: Arc::default(), answers: Arc::default() };
        let keeper = server.clone();
        let take = move |version: Version, uri: Uri, headers: HeaderMap, body: Bytes| {
            let path = uri.path().to_owned();
            keeper.asked.lock().expect("lock").push(Asked { path, version, headers, body });
            let next = keeper.answers.lock().expect("lock").pop_front();
            let (status, body) = next.unwrap_or((200, json!({ "access_token": "t", "expires_in": 3600 })));
            async move { (StatusCode::from_u16(status).expect("status"), axum::Json(body)) }
        };
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(take)).await });
        server
    }

    fn answer(&self, status: u16, body: Value) {
        self.answers.lock().expect("lock").push_back((status, body));
    }

    /// What was asked since.
    fn take(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.asked.lock().expect("lock"))
    }

    fn sender(&self, kind: &'static Kind, said: &Value) -> Result<Sender, MessageError> {
        let mut settings = Settings::new(kind);
        settings.take(kind, said.as_object().expect("object")).expect("valid");
        Sender::new(kind, &settings, Some(&self.url))
    }
}

fn mail() -> Mail {
    Mail {
        subject: "Offers".into(),
        content: "<b>Hi</b>".into(),
        html: true,
        cc: vec!["cc@example.org".into()],
        bcc: vec!["bcc@example.org".into()],
        attachments: Vec::new(),
    }
}

fn attachment() -> Attachment {
    Attachment { name: "a.txt".into(), mime: "text/plain".into(), bytes: "hello".into() }
}

fn people(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| format!("{name}@example.org")).collect()
}

fn from() -> Value {
    json!({ "fromName": "North", "fromEmail": "no-reply@example.org", "replyToEmail": "help@example.org" })
}

fn with(mut base: Value, more: &[(&str, &str)]) -> Value {
    for (name, value) in more {
        base[*name] = json!(value);
    }
    base
}

#[tokio::test]
async fn mailgun_gets_a_form_and_a_mail_for_each() {
    let server = Server::start().await;
    let said = with(from(), &[("apiKey", "k"), ("domain", "mg.example.org")]);
    let mailgun = server.sender(&kind::MAILGUN, &said).expect("settings");
    let sent = mailgun.send(&Content::Mail(mail()), &people(&["a", "b"]), false, NOW).await;
    assert_eq!(sent, [Ok(()), Ok(())]);
    let asked = &server.take()[0];
    assert_eq!(asked.path, "/v3/mg.example.org/messages");
    assert_eq!(asked.header("authorization"), format!("Basic {}", STANDARD.encode("api:k")));
    let text = asked.text();
    for part in [
        "North <no-reply@example.org>",
        "name=\"to\"\r\n\r\na@example.org",
        "name=\"to\"\r\n\r\nb@example.org",
        "{\"a@example.org\":{},\"b@example.org\":{}}",
        "name=\"h:Reply-To\"\r\n\r\nhelp@example.org",
        "name=\"html\"\r\n\r\n<b>Hi</b>",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert!(!text.contains("cc@example.org"));
    let attached = Mail { attachments: vec![attachment()], ..mail() };
    server.answer(400, json!({ "message": "domain not found" }));
    let sent = mailgun.send(&Content::Mail(attached), &people(&["a"]), true, NOW).await;
    assert_eq!(sent, [Err(MessageError::Refused("domain not found".into()))]);
    let text = server.take()[0].text();
    for part in ["name=\"cc\"", "name=\"bcc\"", "name=\"attachment\"; filename=\"a.txt\"", "hello"] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    assert!(!text.contains("recipient-variables"));
    assert!(server.sender(&kind::MAILGUN, &with(from(), &[("domain", "a/../b")])).is_err());
}

#[tokio::test]
async fn sendgrid_gets_a_personalisation_for_each() {
    let server = Server::start().await;
    let sendgrid = server.sender(&kind::SENDGRID, &with(from(), &[("apiKey", "k")])).expect("settings");
    sendgrid.send(&Content::Mail(mail()), &people(&["a", "b"]), false, NOW).await;
    let asked = &server.take()[0];
    assert_eq!((asked.path.as_str(), asked.header("authorization")), ("/v3/mail/send", "Bearer k"));
    assert_eq!(
        asked.json(),
        json!({
            "personalizations": [
                { "to": [{ "email": "a@example.org" }] }, { "to": [{ "email": "b@example.org" }] },
            ],
            "from": { "email": "no-reply@example.org", "name": "North" },
            "reply_to": { "email": "help@example.org" },
            "subject": "Offers",
            "content": [{ "type": "text/html", "value": "<b>Hi</b>" }],
        })
    );
    let attached = Mail { attachments: vec![attachment()], html: false, ..mail() };
    sendgrid.send(&Content::Mail(attached), &people(&["a"]), true, NOW).await;
    let asked = server.take()[0].json();
    assert_eq!(asked["personalizations"][0]["bcc"], json!([{ "email": "bcc@example.org" }]));
    assert_eq!(asked["content"][0]["type"], "text/plain");
    assert_eq!(
        asked["attachments"],
        json!([{ "content": "aGVsbG8=", "filename": "a.txt", "type": "text/plain", "disposition": "attachment" }])
    );
    server.answer(401, json!({ "errors": [{ "message": "bad key" }] }));
    let sent = sendgrid.send(&Content::Mail(mail()), &people(&["a", "b"]), false, NOW).await;
    assert_eq!(sent, vec![Err(MessageError::Refused("bad key".into())); 2]);
}

#[tokio::test]
async fn resend_gets_one_mail_or_many() {
    let server = Server::start().await;
    let resend = server.sender(&kind::RESEND, &with(from(), &[("apiKey", "k")])).expect("settings");
    resend.send(&Content::Mail(mail()), &people(&["a", "b"]), false, NOW).await;
    let asked = &server.take()[0];
    assert_eq!((asked.path.as_str(), asked.header("authorization")), ("/emails/batch", "Bearer k"));
    let one = json!({
        "from": "North <no-reply@example.org>", "to": ["b@example.org"], "subject": "Offers", "html": "<b>Hi</b>",
        "reply_to": ["help@example.org"],
    });
    assert_eq!(asked.json()[1], one);
    let attached = Mail { attachments: vec![attachment()], ..mail() };
    resend.send(&Content::Mail(attached), &people(&["a"]), true, NOW).await;
    let asked = &server.take()[0];
    assert_eq!(asked.path, "/emails");
    assert_eq!(asked.json()["cc"], json!(["cc@example.org"]));
    assert_eq!(asked.json()["attachments"][0]["filename"], "a.txt");
    server.answer(429, json!({ "message": "slow down" }));
    let sent = resend.send(&Content::Mail(mail()), &people(&["a"]), false, NOW).await;
    assert_eq!(sent, [Err(MessageError::Unreachable("slow down".into()))]);
}

#[tokio::test]
async fn ses_gets_a_signed_mail() {
    let server = Server::start().await;
    let said = with(from(), &[("accessKey", "AK"), ("secretKey", "s"), ("region", "eu-central-1")]);
    let ses = server.sender(&kind::SES, &said).expect("settings");
    ses.send(&Content::Mail(mail()), &people(&["a"]), true, NOW).await;
    let asked = &server.take()[0];
    assert_eq!(asked.path, "/v2/email/outbound-emails");
    assert_eq!(asked.header("x-amz-date"), "20231114T221320Z");
    let expected = "AWS4-HMAC-SHA256 Credential=AK/20231114/eu-central-1/ses/aws4_request, \
                    SignedHeaders=content-type;host;x-amz-date, Signature=";
    assert!(asked.header("authorization").starts_with(expected), "{}", asked.header("authorization"));
    assert_eq!(asked.header("host"), format!("127.0.0.1:{}", server.url.port().expect("port")));
    let body = asked.json();
    assert_eq!(body["Destination"]["BccAddresses"], json!(["bcc@example.org"]));
    let raw = STANDARD.decode(body["Content"]["Raw"]["Data"].as_str().expect("text")).expect("base64");
    assert!(String::from_utf8_lossy(&raw).contains("Subject: Offers"));
    assert!(server.sender(&kind::SES, &with(said, &[("region", "evil.example/")])).is_err());
}

/// What is in a JWT, if the key's owner signed it.
fn verified(jwt: &str, algorithm: &'static dyn VerificationAlgorithm, public: &[u8]) -> (Value, Value) {
    let (signed, signature) = jwt.rsplit_once('.').expect("a signature");
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).expect("base64");
    UnparsedPublicKey::new(algorithm, public).verify(signed.as_bytes(), &decode(signature)).expect("signed");
    let (header, claims) = signed.split_once('.').expect("two parts");
    let json = |text| serde_json::from_slice(&decode(text)).expect("JSON");
    (json(header), json(claims))
}

fn pem(der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| str::from_utf8(line).expect("text")).collect();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
}

async fn pushed(sender: &Sender, to: &str, now: i64) -> Outcome {
    let push = Push { title: Some("News".into()), ..Push::default() };
    sender.send(&Content::Push(push), &[to.to_owned()], false, now).await.remove(0)
}

#[tokio::test]
async fn google_gets_a_token_for_a_signed_word_and_then_messages() {
    let server = Server::start().await;
    let key = RsaKeyPair::generate(KeySize::Rsa2048).expect("a key");
    let private: Pkcs8V1Der<'_> = key.as_der().expect("DER");
    let public: PublicKeyX509Der<'_> = key.public_key().as_der().expect("DER");
    let account = json!({
        "project_id": "shop-1", "client_email": "push@shop-1.iam", "private_key": pem(private.as_ref()),
        // Nobody is asked that the file names.
        "token_uri": "http://169.254.169.254/",
    });
    let fcm = server.sender(&kind::FCM, &json!({ "serviceAccountJSON": account })).expect("settings");
    assert_eq!(pushed(&fcm, "d1", NOW).await, Ok(()));
    assert_eq!(pushed(&fcm, "d2", NOW).await, Ok(()));
    let asked = server.take();
    let paths: Vec<&str> = asked.iter().map(|asked| asked.path.as_str()).collect();
    let send = "/v1/projects/shop-1/messages:send";
    assert_eq!(paths, ["/token", send, send], "one token serves for an hour");
    let form: Vec<(String, String)> = url::form_urlencoded::parse(&asked[0].body).into_owned().collect();
    assert_eq!(form[0].1, "urn:ietf:params:oauth:grant-type:jwt-bearer");
    let (header, claims) = verified(&form[1].1, &RSA_PKCS1_2048_8192_SHA256, public.as_ref());
    assert_eq!(header["alg"], "RS256");
    assert_eq!(
        claims,
        json!({
            "iss": "push@shop-1.iam", "scope": "https://www.googleapis.com/auth/firebase.messaging",
            "aud": "https://oauth2.googleapis.com/token", "iat": NOW / 1000, "exp": NOW / 1000 + 3600,
        })
    );
    assert_eq!(asked[1].header("authorization"), "Bearer t");
    assert_eq!(asked[1].json()["message"]["token"], "d1");
    server.answer(404, json!({ "error": { "status": "NOT_FOUND", "message": "gone" } }));
    assert_eq!(pushed(&fcm, "d1", NOW).await, Err(MessageError::Expired));
    server.answer(401, json!({}));
    assert!(matches!(pushed(&fcm, "d1", NOW).await, Err(MessageError::Unreachable(_))));
    server.take();
    assert_eq!(pushed(&fcm, "d1", NOW + 1).await, Ok(()));
    assert_eq!(server.take()[0].path, "/token", "a token that was taken back is asked for again");
    server.answer(503, json!({}));
    assert!(matches!(pushed(&fcm, "d1", NOW + 3_600_000).await, Err(MessageError::Unreachable(_))));
    assert_eq!(server.take().len(), 1, "without a token nothing is sent");
    for bad in [
        json!({ "project_id": "a/b", "client_email": "x", "private_key": account["private_key"] }),
        json!({ "project_id": "a", "client_email": "x", "private_key": "none" }),
        json!({ "project_id": "a" }),
    ] {
        assert!(server.sender(&kind::FCM, &json!({ "serviceAccountJSON": bad })).is_err(), "{bad}");
    }
}

#[tokio::test]
async fn apple_gets_http_2_and_a_signed_token() {
    let server = Server::start().await;
    let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let private = EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).expect("a key");
    let key = EcdsaKeyPair::from_pkcs8(algorithm, private.as_ref()).expect("a key");
    let said = json!({
        "authKey": pem(private.as_ref()), "authKeyId": "K1", "teamId": "T1", "bundleId": "org.example.app",
    });
    let apns = server.sender(&kind::APNS, &said).expect("settings");
    assert_eq!(pushed(&apns, "abc123", NOW).await, Ok(()));
    assert_eq!(pushed(&apns, "abc124", NOW + 60_000).await, Ok(()));
    let asked = server.take();
    assert_eq!((asked[0].path.as_str(), asked[0].version), ("/3/device/abc123", Version::HTTP_2));
    for (name, value) in
        [("apns-topic", "org.example.app"), ("apns-push-type", "alert"), ("apns-priority", "10")]
    {
        assert_eq!(asked[0].header(name), value);
    }
    assert_eq!(asked[0].json(), json!({ "aps": { "alert": { "title": "News" } } }));
    let token = asked[0].header("authorization");
    assert_eq!(token, asked[1].header("authorization"), "one token serves for a while");
    let jwt = token.strip_prefix("Bearer ").expect("a token");
    let (header, claims) = verified(jwt, &ECDSA_P256_SHA256_FIXED, key.public_key().as_ref());
    assert_eq!((&header["alg"], &header["kid"]), (&json!("ES256"), &json!("K1")));
    assert_eq!(claims, json!({ "iss": "T1", "iat": NOW / 1000 }));
    server.answer(410, json!({ "reason": "Unregistered" }));
    assert_eq!(pushed(&apns, "abc123", NOW).await, Err(MessageError::Expired));
    server.answer(400, json!({ "reason": "PayloadTooLarge" }));
    assert_eq!(pushed(&apns, "abc123", NOW).await, Err(MessageError::Refused("PayloadTooLarge".into())));
    server.take();
    assert!(matches!(pushed(&apns, "../x", NOW).await, Err(MessageError::Refused(_))));
    assert!(server.take().is_empty());
    assert!(server.sender(&kind::APNS, &with(said, &[("authKey", "none")])).is_err());
}
