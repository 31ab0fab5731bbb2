//! Signing in without a password: by mail, by telephone, as nobody; and what an asker does not hear.

mod harness;

use harness::{PASSWORD, Running};
use reqwest::Method;
use serde_json::{Value, json};

const SESSION: &str = "/account/sessions/token";

fn of(status: u16, kind: &str) -> (u16, String) {
    (status, kind.to_owned())
}

#[tokio::test]
async fn a_code_by_mail_opens_an_account_once() {
    let engine = Running::start().await;
    let guest = engine.guest().with("x-appwrite-locale", "de");
    let ask = json!({ "userId": "unique()", "email": "Ada@example.org", "phrase": true });
    let token = guest.ok(Method::POST, "/account/tokens/email", &ask).await;
    assert_eq!(token["secret"], "");
    let message = engine.message("ada@example.org").await;
    let text = message["text"].as_str().expect("text");
    assert_eq!(message["subject"], "Ihr Code für Northlight");
    assert!(text.contains(token["phrase"].as_str().expect("a phrase")));
    let code = text.split_whitespace().find(|word| word.len() == 6 && word.parse::<u32>().is_ok());
    let code = code.expect("a code");
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let body = |secret: &str| json!({ "userId": token["userId"], "secret": secret });
    assert_eq!(guest.refused(Method::POST, SESSION, &body(wrong)).await, of(401, "user_invalid_token"));
    let ada = engine.begin(Method::POST, SESSION, &body(code)).await;
    let account = ada.get("/account").await;
    assert_eq!((&account["email"], &account["emailVerification"]), (&json!("ada@example.org"), &json!(true)));
    assert_eq!(account["targets"][0]["identifier"], "ada@example.org");
    let session = ada.get("/account/sessions/current").await;
    assert_eq!((&session["provider"], &session["factors"]), (&json!("email"), &json!(["email"])));
    assert_eq!(guest.refused(Method::POST, SESSION, &body(code)).await, of(401, "user_invalid_token"));
}

#[tokio::test]
async fn codes_are_not_guessed_and_end() {
    let engine = Running::start().await;
    let guest = engine.guest();
    let ask = json!({ "userId": "ada", "email": "ada@example.org" });
    let body = |secret: &str| json!({ "userId": "ada", "secret": secret });
    guest.ok(Method::POST, "/account/tokens/email", &ask).await;
    let code = engine.code("ada@example.org").await;
    for _ in 0..5 {
        assert_eq!(guest.refused(Method::POST, SESSION, &body("no code")).await.0, 401);
    }
    assert_eq!(guest.refused(Method::POST, SESSION, &body(&code)).await.0, 401, "five wrong tries end it");
    guest.ok(Method::POST, "/account/tokens/email", &ask).await;
    let older = engine.code("ada@example.org").await;
    guest.ok(Method::POST, "/account/tokens/email", &ask).await;
    let newer = engine.code("ada@example.org").await;
    if older != newer {
        assert_eq!(
            guest.refused(Method::POST, SESSION, &body(&older)).await.0,
            401,
            "a newer one replaced it"
        );
    }
    engine.later(15 * 60_000);
    assert_eq!(guest.refused(Method::POST, SESSION, &body(&newer)).await.0, 401, "it is too old");
    for _ in 0..7 {
        guest.ok(Method::POST, "/account/tokens/email", &ask).await;
    }
    let refused = guest.refused(Method::POST, "/account/tokens/email", &ask).await;
    assert_eq!(refused, of(429, "general_rate_limit_exceeded"));
}

/// Everything of an answer but ids and times.
fn shape(answer: &Value, asked: &str) -> Value {
    let mut answer = answer.clone();
    assert!(asked == "unique()" || answer["userId"] == asked, "the asker hears what they said");
    for key in ["$id", "userId"] {
        assert!(!answer[key].as_str().expect("text").is_empty());
        answer[key] = json!("");
    }
    answer
}

#[tokio::test]
async fn an_asker_does_not_hear_who_has_an_account() {
    let open = Running::start().await;
    let closed = Running::with(|config| config.sign_up = false).await;
    let url = "https://app.example.org/in";
    for engine in [open, closed] {
        engine.user("ada").await;
        let guest = engine.guest();
        let mut asks =
            vec![("/account/recovery", json!({ "url": url })), ("/account/recovery/otp", json!({}))];
        for asked in ["unique()", "ada", "other"] {
            asks.push(("/account/tokens/email", json!({ "userId": asked })));
            asks.push(("/account/tokens/magic-url", json!({ "userId": asked, "url": url })));
        }
        for (number, (path, body)) in asks.into_iter().enumerate() {
            let mut answers = Vec::new();
            for email in ["ada@example.org".to_owned(), format!("new-{number}@example.org")] {
                let mut body = body.clone();
                body["email"] = json!(email);
                let answer = guest.ok(Method::POST, path, &body).await;
                answers.push(shape(&answer, body["userId"].as_str().unwrap_or("unique()")));
            }
            assert_eq!(answers[0], answers[1], "{path}");
        }
    }
}

/// State, channel and size of what waits to be sent, and how many tokens and people there are.
fn kept(engine: &Running) -> (Vec<(String, String, i64)>, i64, i64) {
    let file = engine.folder.as_ref().expect("folder").path().join("engine.sqlite");
    let database = rusqlite::Connection::open(file).expect("opened");
    let mut sql =
        database.prepare("SELECT state, channel, length(content) FROM letter ORDER BY number").expect("SQL");
    let letters = sql.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).expect("read");
    let count = |table: &str| {
        let sql = format!("SELECT count(*) FROM {table}");
        database.query_row(&sql, [], |row| row.get(0)).expect("counted")
    };
    (letters.collect::<Result<_, _>>().expect("rows"), count("token"), count("user"))
}

/// How long an answer takes cannot tell who has an account, as what is done until then is the same.
#[tokio::test]
async fn a_request_for_a_code_looks_nobody_up() {
    let engine = Running::start().await;
    engine.user("ada").await;
    // Nobody works beside the requests any more.
    engine.stop().await;
    let guest = engine.guest();
    let url = "https://app.example.org/in";
    let asks = [
        ("/account/recovery", json!({ "url": url })),
        ("/account/recovery/otp", json!({})),
        ("/account/tokens/email", json!({ "userId": "asked" })),
        ("/account/tokens/magic-url", json!({ "userId": "asked", "url": url })),
    ];
    for (path, body) in &asks {
        for email in ["ada@example.org", "eve@example.org"] {
            let mut body = body.clone();
            body["email"] = json!(email);
            guest.ok(Method::POST, path, &body).await;
        }
    }
    let (letters, tokens, people) = kept(&engine);
    assert_eq!((letters.len(), tokens, people), (2 * asks.len(), 0, 1));
    for (pair, (path, _)) in letters.chunks(2).zip(&asks) {
        assert_eq!(pair[0], pair[1], "{path}");
        assert_eq!((pair[0].0.as_str(), pair[0].1.as_str()), ("asked", "email"), "{path}");
    }
    // Who has the address is found after all, whatever happened meanwhile; Eve signs up with the codes that are for that.
    let engine = engine.restart().await;
    for _ in 0..4 {
        engine.message("ada@example.org").await;
    }
    for _ in 0..2 {
        engine.message("eve@example.org").await;
    }
    harness::until("all of it is out", async || kept(&engine).0.is_empty()).await;
    assert_eq!((kept(&engine).2, engine.take_message("eve@example.org")), (2, None));
}

/// A wrong code takes a write where one was sent. So it does where none was.
#[tokio::test]
async fn wrong_codes_count_for_nobody_too() {
    let engine = Running::with(|config| config.sign_up = false).await;
    engine.user("ada").await;
    let guest = engine.guest();
    for (told, email) in [("first", "eve@example.org"), ("second", "ada@example.org")] {
        guest.ok(Method::POST, "/account/tokens/email", &json!({ "userId": told, "email": email })).await;
    }
    engine.code("ada@example.org").await;
    for told in ["first", "second"] {
        let wrong = json!({ "userId": told, "secret": "no code" });
        assert_eq!(guest.refused(Method::POST, SESSION, &wrong).await, of(401, "user_invalid_token"));
    }
    let file = engine.folder.as_ref().expect("folder").path().join("engine.sqlite");
    let database = rusqlite::Connection::open(file).expect("opened");
    let mut sql = database.prepare("SELECT told, tries FROM token ORDER BY told").expect("SQL");
    let tries = sql.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))).expect("read");
    let tries: Vec<_> = tries.collect::<Result<_, _>>().expect("rows");
    assert_eq!(tries, [("first".to_owned(), 1), ("second".to_owned(), 1)]);
}

#[tokio::test]
async fn nobody_new_comes_in_where_sign_up_is_off() {
    let engine = Running::with(|config| config.sign_up = false).await;
    engine.user("ada").await;
    let guest = engine.guest();
    let ask = |email: &str| json!({ "userId": "eve", "email": email });
    guest.ok(Method::POST, "/account/tokens/email", &ask("eve@example.org")).await;
    guest.ok(Method::POST, "/account/tokens/email", &ask("ada@example.org")).await;
    // Ada asked after Eve: when hers is there, Eve's would be.
    let code = engine.code("ada@example.org").await;
    assert!(engine.take_message("eve@example.org").is_none());
    let ada = engine.begin(Method::POST, SESSION, &json!({ "userId": "eve", "secret": code })).await;
    assert_eq!(ada.get("/account").await["$id"], "ada");
    let refused = guest.refused(Method::POST, "/account/sessions/anonymous", &json!({})).await;
    assert_eq!(refused, of(501, "user_auth_method_unsupported"));
    assert_eq!(engine.admin().get("/users").await["total"], 1);
}

#[tokio::test]
async fn a_link_leads_to_our_pages_only() {
    let engine = Running::start().await;
    let guest = engine.guest();
    let ask = |url: &str| json!({ "userId": "unique()", "email": "ada@example.org", "url": url });
    let path = "/account/tokens/magic-url";
    for url in
        ["https://evil.example/", "javascript:alert(1)", "https://app.example.org.evil.example/", "//x", ""]
    {
        assert_eq!(
            guest.refused(Method::POST, path, &ask(url)).await,
            of(400, "general_argument_invalid"),
            "{url}"
        );
    }
    guest.ok(Method::POST, path, &ask("https://app.example.org/in?next=%2Fchat")).await;
    let link = engine.link("ada@example.org").await;
    assert_eq!((link["next"].as_str(), link["project"].as_str()), ("/chat", "telestack"));
    let body = json!({ "userId": link["userId"], "secret": link["secret"] });
    let ada = engine.begin(Method::PUT, "/account/sessions/magic-url", &body).await;
    assert_eq!(ada.get("/account/sessions/current").await["provider"], "magic-url");
    assert_eq!(guest.refused(Method::PUT, "/account/sessions/magic-url", &body).await.0, 401);
}

#[tokio::test]
async fn a_text_message_signs_in_and_its_number_is_verified() {
    let engine = Running::start().await;
    let guest = engine.guest();
    let ask = json!({ "userId": "ada", "phone": "+4930123456" });
    guest.ok(Method::POST, "/account/tokens/phone", &ask).await;
    let message = engine.message("+4930123456").await;
    assert_eq!((&message["channel"], &message["subject"]), (&json!("sms"), &json!("")));
    let code = message["text"].as_str().expect("text").split(' ').next().expect("a code").to_owned();
    let body = json!({ "userId": "ada", "secret": code });
    let ada = engine.begin(Method::PUT, "/account/sessions/phone", &body).await;
    let account = ada.get("/account").await;
    assert_eq!((&account["phone"], &account["phoneVerification"]), (&json!("+4930123456"), &json!(true)));
    let bad = json!({ "userId": "ben", "phone": "030123456" });
    assert_eq!(guest.refused(Method::POST, "/account/tokens/phone", &bad).await.0, 400);
}

#[tokio::test]
async fn somebody_without_a_name_becomes_somebody() {
    let engine = Running::start().await;
    let ada = engine.begin(Method::POST, "/account/sessions/anonymous", &json!({})).await;
    let again = ada.refused(Method::POST, "/account/sessions/anonymous", &json!({})).await;
    assert_eq!(again, of(401, "user_session_already_exists"));
    let account = ada.get("/account").await;
    assert_eq!((&account["email"], &account["passwordUpdate"]), (&json!(""), &json!("")));
    ada.ok(Method::PATCH, "/account/prefs", &json!({ "prefs": { "kept": true } })).await;
    let upgrade = json!({ "email": "ada@example.org", "password": PASSWORD });
    ada.ok(Method::PATCH, "/account/email", &upgrade).await;
    let signed_in = engine.sign_in("ada@example.org").await;
    assert_eq!(signed_in.get("/account").await["$id"], account["$id"]);
    assert_eq!(signed_in.get("/account/prefs").await["kept"], true);
    let other = engine.begin(Method::POST, "/account/sessions/anonymous", &json!({})).await;
    let taken = other.refused(Method::PATCH, "/account/email", &upgrade).await;
    assert_eq!(taken, of(409, "user_email_already_exists"));
    assert_eq!(other.get("/account").await["passwordUpdate"], "", "nothing of it was kept");
}

#[tokio::test]
async fn without_a_way_out_for_messages_nothing_is_asked_for() {
    let engine =
        Running::with(|config| config.messenger = telestack_engine::MessengerConfig::default()).await;
    let email = json!({ "userId": "unique()", "email": "ada@example.org" });
    let phone = json!({ "userId": "unique()", "phone": "+4930123456" });
    let guest = engine.guest();
    assert_eq!(
        guest.refused(Method::POST, "/account/tokens/email", &email).await,
        of(503, "general_smtp_disabled")
    );
    assert_eq!(
        guest.refused(Method::POST, "/account/tokens/phone", &phone).await,
        of(503, "general_phone_disabled")
    );
}
