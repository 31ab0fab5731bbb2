//! A small OpenID Connect provider: it checks what a provider has to check, and lies when it is told to.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex},
};

use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
};
use axum::{
    Form, Json, Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::Jwk};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use telestack_engine::Clock as _;

use crate::harness::TestClock;

pub const CLIENT: &str = "telestack";
pub const SECRET: &str = "the client's secret";

static OWN: LazyLock<EncodingKey> = LazyLock::new(key);
static FOREIGN: LazyLock<EncodingKey> = LazyLock::new(key);

fn key() -> EncodingKey {
    let pair = KeyPair::generate(KeySize::Rsa2048).expect("a key");
    let der: Pkcs8V1Der<'_> = pair.as_der().expect("its bytes");
    // Behind a header of always the same length lies what an RSA key is made of.
    EncodingKey::from_rsa_der(&der.as_ref()[26..])
}

/// Who signs in next.
#[derive(Debug, Clone)]
pub struct Person {
    pub sub: String,
    pub email: String,
    pub verified: bool,
    pub name: String,
}

/// What the provider does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lie {
    #[default]
    None,
    /// The ID token is signed by another key, under the name of the own one, or under a name of its own.
    ForeignKey,
    UnknownKey,
    /// It is not signed at all, or with a secret that everybody can read.
    AlgNone,
    PublicKeyAsSecret,
    Nonce,
    Audience,
    Issuer,
    Expired,
    NoIdToken,
    /// The page for us tells of somebody else.
    OtherPage,
    /// Its token endpoint answers no JSON, more than fits, or never.
    Rubbish,
    Huge,
    Never,
    /// It says no.
    Denied,
}

#[derive(Default)]
struct Kept {
    person: Option<Person>,
    lie: Lie,
    /// By code: the nonce, the challenge, the address back, and who it is.
    codes: HashMap<String, (String, String, String, Person)>,
    /// By access token.
    access: HashMap<String, Person>,
    /// By refreshing token; each works once.
    refresh: HashMap<String, Person>,
    made: u32,
    /// Parameters of the last visit to its page.
    asked: HashMap<String, String>,
    /// Whether it takes the client's secret as a password only.
    basic: bool,
    refreshes: bool,
}

#[derive(Clone)]
pub struct Provider {
    pub base: String,
    clock: Arc<TestClock>,
    kept: Arc<Mutex<Kept>>,
}

impl Provider {
    pub async fn start(clock: Arc<TestClock>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("port");
        let base = format!("http://{}", listener.local_addr().expect("address"));
        let kept = Kept { refreshes: true, ..Kept::default() };
        let provider = Self { base, clock, kept: Arc::new(Mutex::new(kept)) };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(document))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .route("/me", get(me))
            .route("/keys", get(keys))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.expect("served") });
        provider
    }

    pub fn document(&self) -> String {
        format!("{}/.well-known/openid-configuration", self.base)
    }

    /// Whoever comes next is `person`.
    pub fn is(&self, person: Person) {
        self.kept.lock().expect("lock").person = Some(person);
    }

    pub fn lies(&self, lie: Lie) {
        self.kept.lock().expect("lock").lie = lie;
    }

    pub fn takes_passwords_only(&self) {
        self.kept.lock().expect("lock").basic = true;
    }

    pub fn asked(&self) -> HashMap<String, String> {
        self.kept.lock().expect("lock").asked.clone()
    }

    /// An ID token as a program gets it by itself.
    pub fn id_token(&self, person: &Person, audience: &str, nonce: &str) -> String {
        let claims = self.claims(person, audience, nonce, Lie::None);
        sign(&claims, &OWN, "own")
    }

    fn claims(&self, person: &Person, audience: &str, nonce: &str, lie: Lie) -> Value {
        let now = self.clock.now() / 1000;
        let expires = if lie == Lie::Expired { now - 3600 } else { now + 300 };
        json!({
            "iss": if lie == Lie::Issuer { "https://evil.example.org" } else { &self.base },
            "aud": if lie == Lie::Audience { "another" } else { audience },
            "nonce": if lie == Lie::Nonce { "another" } else { nonce },
            "sub": person.sub,
            "iat": now,
            "exp": expires,
        })
    }
}

fn sign(claims: &Value, key: &EncodingKey, kid: &str) -> String {
    let mut header = Header::new(Algorithm::RS256);
    header.kid = Some(kid.to_owned());
    jsonwebtoken::encode(&header, claims, key).expect("signed")
}

fn public() -> Value {
    let mut jwk =
        serde_json::to_value(Jwk::from_encoding_key(&OWN, Algorithm::RS256).expect("a key")).expect("JSON");
    (jwk["kid"], jwk["use"]) = (json!("own"), json!("sig"));
    jwk
}

async fn document(State(provider): State<Provider>) -> Json<Value> {
    let base = &provider.base;
    Json(json!({
        "issuer": base,
        "authorization_endpoint": format!("{base}/authorize"),
        "token_endpoint": format!("{base}/token"),
        "userinfo_endpoint": format!("{base}/me"),
        "jwks_uri": format!("{base}/keys"),
    }))
}

async fn keys() -> Json<Value> {
    Json(json!({ "keys": [{ "kty": "what is this" }, public()] }))
}

async fn authorize(
    State(provider): State<Provider>,
    Query(asked): Query<HashMap<String, String>>,
) -> Redirect {
    let of = |name: &str| asked.get(name).cloned().unwrap_or_default();
    assert_eq!((of("client_id").as_str(), of("response_type").as_str()), (CLIENT, "code"));
    assert_eq!(of("code_challenge_method"), "S256");
    let mut back = url::Url::parse(&of("redirect_uri")).expect("a URL");
    back.query_pairs_mut().append_pair("state", &of("state"));
    let mut kept = provider.kept.lock().expect("lock");
    kept.asked = asked.clone();
    if kept.lie == Lie::Denied {
        back.query_pairs_mut()
            .extend_pairs([("error", "access_denied"), ("error_description", "They said no")]);
        return Redirect::to(back.as_str());
    }
    kept.made += 1;
    let code = format!("code-{}", kept.made);
    let person = kept.person.clone().expect("somebody");
    kept.codes.insert(code.clone(), (of("nonce"), of("code_challenge"), of("redirect_uri"), person));
    back.query_pairs_mut().append_pair("code", &code);
    Redirect::to(back.as_str())
}

async fn token(
    State(provider): State<Provider>,
    headers: HeaderMap,
    Form(form): Form<HashMap<String, String>>,
) -> Response {
    let lie = provider.kept.lock().expect("lock").lie;
    match lie {
        Lie::Rubbish => return "<html>no</html>".into_response(),
        Lie::Huge => return vec![b' '; 2 * 1024 * 1024].into_response(),
        Lie::Never => std::future::pending::<()>().await,
        _ => {}
    }
    let refusal = |error: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response();
    let of = |name: &str| form.get(name).cloned().unwrap_or_default();
    let mut kept = provider.kept.lock().expect("lock");
    let password = STANDARD.encode(format!("{CLIENT}:the+client%27s+secret"));
    let basic = headers.get(header::AUTHORIZATION).is_some_and(|given| given == &format!("Basic {password}"));
    let posted = !kept.basic && of("client_id") == CLIENT && of("client_secret") == SECRET;
    if !basic && !posted {
        return refusal("invalid_client");
    }
    let (person, nonce) = if of("grant_type") == "refresh_token" {
        match kept.refresh.remove(&of("refresh_token")).filter(|_| kept.refreshes) {
            Some(person) => (person, String::new()),
            None => return refusal("invalid_grant"),
        }
    } else {
        let Some((nonce, challenge, back, person)) = kept.codes.remove(&of("code")) else {
            return refusal("invalid_grant");
        };
        let shown = URL_SAFE_NO_PAD.encode(Sha256::digest(of("code_verifier")));
        if shown != challenge || of("redirect_uri") != back {
            return refusal("invalid_grant");
        }
        (person, nonce)
    };
    kept.made += 1;
    let (access, refresh) = (format!("access-{}", kept.made), format!("refresh-{}", kept.made));
    kept.access.insert(access.clone(), person.clone());
    kept.refresh.insert(refresh.clone(), person.clone());
    let mut answer = json!({
        "access_token": access, "refresh_token": refresh, "token_type": "Bearer", "expires_in": 3600,
    });
    if lie != Lie::NoIdToken {
        answer["id_token"] = json!(id_token(&provider.claims(&person, CLIENT, &nonce, lie), lie));
    }
    Json(answer).into_response()
}

fn id_token(claims: &Value, lie: Lie) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    match lie {
        Lie::ForeignKey => sign(claims, &FOREIGN, "own"),
        Lie::UnknownKey => sign(claims, &FOREIGN, "foreign"),
        Lie::AlgNone => format!("{}.{}.", part(&json!({ "alg": "none", "kid": "own" })), part(claims)),
        Lie::PublicKeyAsSecret => {
            let mut header = Header::new(Algorithm::HS256);
            header.kid = Some("own".into());
            let modulus = URL_SAFE_NO_PAD.decode(public()["n"].as_str().expect("text")).expect("bytes");
            jsonwebtoken::encode(&header, claims, &EncodingKey::from_secret(&modulus)).expect("signed")
        }
        _ => sign(claims, &OWN, "own"),
    }
}

async fn me(State(provider): State<Provider>, headers: HeaderMap) -> Response {
    let kept = provider.kept.lock().expect("lock");
    let given = headers.get(header::AUTHORIZATION).and_then(|given| given.to_str().ok()).unwrap_or_default();
    let Some(person) = given.strip_prefix("Bearer ").and_then(|access| kept.access.get(access)) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let sub = if kept.lie == Lie::OtherPage { "somebody else" } else { &person.sub };
    let mut page = json!({ "sub": sub, "name": person.name, "email_verified": person.verified });
    if !person.email.is_empty() {
        page["email"] = json!(person.email);
    }
    Json(page).into_response()
}
