//! Messages of accounts, one to one: kept sealed until they are out, each at most once, and no longer than they are of use.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use telestack_engine::{Outlet, Smtp};

use super::{
    harness::{Running, until_within},
    outside::MailServer,
};

/// An engine whose mail goes to a server on `port`.
async fn mailing(port: u16) -> Running {
    let smtp = Smtp::new(&format!("smtp://127.0.0.1:{port}"), "no-reply@example.org").expect("settings");
    Running::with(|config| config.messenger.mail = Outlet::Smtp(smtp)).await
}

async fn ask(engine: &Running) -> Value {
    let body = json!({ "userId": "ada", "email": "ada@example.org" });
    engine.guest().ok(Method::POST, "/account/tokens/email", &body).await
}

fn database(engine: &Running) -> rusqlite::Connection {
    let file = engine.folder.as_ref().expect("folder").path().join("engine.sqlite");
    let database = rusqlite::Connection::open(file).expect("opened");
    database.busy_timeout(Duration::from_secs(10)).expect("set");
    database
}

/// State of each letter, how long after it was written it is due, and its content.
fn letters(engine: &Running) -> Vec<(String, i64, Vec<u8>)> {
    let database = database(engine);
    let mut sql = database.prepare("SELECT state, due - written, content FROM letter").expect("SQL");
    let rows = sql.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).expect("read");
    rows.collect::<Result<_, _>>().expect("rows")
}

async fn until(engine: &Running, what: &str, is_so: impl Fn(&[(String, i64, Vec<u8>)]) -> bool) {
    until_within(Duration::from_secs(20), what, async || is_so(&letters(engine))).await;
}

/// Tried once, and waiting for the next time.
async fn until_put_off(engine: &Running) {
    let put_off = |all: &[(String, i64, Vec<u8>)]| matches!(all, [(state, later, _)] if state == "waiting" && *later > 0);
    until(engine, "it was tried", put_off).await;
}

#[tokio::test]
async fn a_code_outlives_a_restart_and_a_mail_server_that_is_down() {
    let port = MailServer::down().await;
    let engine = mailing(port).await;
    ask(&engine).await;
    until_put_off(&engine).await;
    let (_, _, content) = letters(&engine).remove(0);
    for open in ["ada@example.org", "code", "Northlight"] {
        assert!(!content.windows(open.len()).any(|part| part == open.as_bytes()), "{open} is sealed");
    }
    let engine = engine.restart().await;
    assert_eq!(letters(&engine).len(), 1);
    let server = MailServer::begin(port).await;
    engine.later(10_000);
    until(&engine, "it is out, and gone", <[_]>::is_empty).await;
    let mails = server.mails();
    assert_eq!((mails.len(), mails[0].to.as_slice()), (1, ["ada@example.org".to_owned()].as_slice()));
    let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|letter| letter.is_ascii_digit());
    let code = mails[0].text.lines().find(is_code).expect("a code");
    let body = json!({ "userId": "ada", "secret": code });
    let ada = engine.begin(Method::POST, "/account/sessions/token", &body).await;
    assert_eq!(ada.get("/account").await["email"], "ada@example.org");
}

#[tokio::test]
async fn a_code_that_works_no_longer_is_not_sent() {
    let port = MailServer::down().await;
    let engine = mailing(port).await;
    ask(&engine).await;
    until_put_off(&engine).await;
    let server = MailServer::begin(port).await;
    engine.later(15 * 60_000);
    until(&engine, "it is given up", <[_]>::is_empty).await;
    assert!(server.mails().is_empty());
}

#[tokio::test]
async fn what_was_given_away_when_the_server_ended_is_not_given_again() {
    let port = MailServer::down().await;
    let engine = mailing(port).await;
    ask(&engine).await;
    until_put_off(&engine).await;
    // As a process leaves it that dies before the mail server answers.
    database(&engine).execute("UPDATE letter SET state = 'given', due = 0", []).expect("written");
    let server = MailServer::begin(port).await;
    let engine = engine.restart().await;
    until(&engine, "it is dropped", <[_]>::is_empty).await;
    assert!(server.mails().is_empty());
    // The next one comes.
    ask(&engine).await;
    until(&engine, "it is out", <[_]>::is_empty).await;
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test]
async fn nothing_is_kept_for_an_address_that_gets_nothing() {
    let engine = mailing(MailServer::down().await).await;
    let recovery = json!({ "email": "nobody@example.org", "url": "https://app.example.org/new" });
    engine.guest().ok(Method::POST, "/account/recovery", &recovery).await;
    until(&engine, "it is found to be for nobody", <[_]>::is_empty).await;
}
