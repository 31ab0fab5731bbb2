//! What keeps somebody out says so by its code, and leaves nothing behind.

use telestack_app::{App, ErrorCode, view::SessionState};
use telestack_testkit::{Engine, Stack};

use crate::support::{open, options, sign_in, sign_in_with, stack, until};

async fn sessions(stack: &Stack) -> usize {
    // Over the person's own eyes, one more for looking.
    let ada = stack.person("ada").expect("Ada");
    let look = stack.anonymous().sign_in(&ada.email, &ada.password).await.expect("signed in");
    let listed = look.call(reqwest::Method::GET, "/account/sessions", &serde_json::Value::Null).await;
    let count = listed.expect("sessions")["total"].as_u64().unwrap_or(0);
    look.call(reqwest::Method::DELETE, "/account/sessions/current", &serde_json::Value::Null)
        .await
        .expect("signed out");
    usize::try_from(count).unwrap_or(0) - 1
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_kept_out_learns_why_and_nothing_stays() {
    let (mut stack, _turn) = stack().await;
    let profile = tempfile::tempdir().expect("folder");
    let ada = stack.person("ada").expect("Ada").clone();
    let server = stack.info().server.clone();
    let app = open(profile.path()).await;

    let wrong = sign_in_with(&app, &server, &ada, "not her password").await;
    assert_eq!(wrong.map_err(|error| error.code), Err(ErrorCode::WrongCredentials));
    let nowhere = sign_in(&app, "127.0.0.1:1", &ada).await;
    assert_eq!(nowhere.map_err(|error| error.code), Err(ErrorCode::NotFoundServer));

    stack.kill(Engine::Synapse);
    let no_chat = sign_in(&app, &server, &ada).await;
    assert_eq!(no_chat.map_err(|error| error.code), Err(ErrorCode::ChatUnavailable));
    assert_eq!(sessions(&stack).await, 0, "the Appwrite session was ended again");
    let accounts = std::fs::read_dir(profile.path().join("accounts"));
    assert_eq!(accounts.map_or(0, Iterator::count), 0, "no store stays");

    // The same window goes on as soon as chat is back.
    stack.revive(Engine::Synapse).await.expect("Synapse starts");
    sign_in(&app, &server, &ada).await.expect("signed in");
    until(&app, "the session", |state| matches!(state, SessionState::SignedIn { .. })).await;
    assert_eq!(sessions(&stack).await, 1);

    // Another program on this profile, a wrong passphrase, a damaged store.
    let second = App::open(options(profile.path(), None)).await;
    assert_eq!(second.map(|_| ()).map_err(|error| error.code), Err(ErrorCode::Forbidden));
    app.shutdown().await;
    drop(app);
    passphrase_and_damage(profile.path()).await;

    // Ended elsewhere: this device notices by itself.
    let app = open(profile.path()).await;
    sign_in(&app, &server, &ada).await.expect("signed in");
    let look = stack.anonymous().sign_in(&ada.email, &ada.password).await.expect("signed in");
    look.call(reqwest::Method::DELETE, "/account/sessions", &serde_json::Value::Null).await.expect("ended");
    // Any call that is refused makes the app ask.
    assert!(app.sessions().await.is_err());
    until(&app, "the sign-in page", |state| matches!(state, SessionState::SignedOut { .. })).await;
    app.shutdown().await;
    drop(app);
    without_a_keyring(profile.path(), &server, &ada).await;
}

/// Where a keyring keeps the key, nothing is asked.
async fn without_a_keyring(profile: &std::path::Path, server: &str, ada: &telestack_testkit::Person) {
    let app = unattended(profile).await;
    sign_in(&app, server, ada).await.expect("accepted");
    let state =
        until(&app, "a key to be kept", |state| !matches!(state, SessionState::SignedOut { .. })).await;
    if state == (SessionState::NeedsPassphrase { creating: true }) {
        app.unlock("words of her own".into()).await.expect("signed in");
        until(&app, "the session", |state| matches!(state, SessionState::SignedIn { .. })).await;
        app.shutdown().await;
        drop(app);
        let app = unattended(profile).await;
        let asked = |state: &SessionState| *state == SessionState::NeedsPassphrase { creating: false };
        until(&app, "the passphrase to be asked for", asked).await;
        app.unlock("words of her own".into()).await.expect("unlocked");
        until(&app, "the session", |state| matches!(state, SessionState::SignedIn { .. })).await;
        app.sign_out().await.expect("signed out");
        return app.shutdown().await;
    }
    app.sign_out().await.expect("signed out");
    app.shutdown().await;
}

/// An app that nobody gave a passphrase.
async fn unattended(profile: &std::path::Path) -> App {
    let patience = std::time::Duration::from_secs(20);
    let opened = telestack_testkit::wait_for("the profile to be free", patience, || async {
        App::open(options(profile, None)).await.ok()
    });
    opened.await.expect("opened")
}

async fn passphrase_and_damage(profile: &std::path::Path) {
    let app = unattended(profile).await;
    let asked = |state: &SessionState| *state == SessionState::NeedsPassphrase { creating: false };
    until(&app, "the passphrase to be asked for", asked).await;
    let wrong = app.unlock("wrong".into()).await;
    assert_eq!(wrong.map_err(|error| error.code), Err(ErrorCode::WrongPassphrase));
    app.unlock(crate::support::PASSPHRASE.into()).await.expect("unlocked");
    until(&app, "the session", |state| matches!(state, SessionState::SignedIn { .. })).await;
    app.shutdown().await;
    drop(app);

    // Chat's store is damaged: it is fetched again, by the session that the vault still has.
    for entry in std::fs::read_dir(account(profile).join("chat")).expect("a folder").filter_map(Result::ok) {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with("-wal") || name.ends_with("-shm") {
            // The last connection may have removed it while it closed.
            let _ = std::fs::remove_file(entry.path());
        } else {
            std::fs::write(entry.path(), vec![7u8; 65536]).expect("written");
        }
    }
    let app = open(profile).await;
    until(&app, "the damage to be seen", |state| matches!(state, SessionState::StoreDamaged { .. })).await;
    app.rebuild_store().await.expect("rebuilt");
    until(&app, "the session", |state| matches!(state, SessionState::SignedIn { .. })).await;
    app.shutdown().await;
    drop(app);

    // The vault itself is damaged: nothing is left to sign in with.
    for entry in std::fs::read_dir(account(profile)).expect("a folder").filter_map(Result::ok) {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("vault.db-") {
            // The last connection may have removed it while it closed.
            let _ = std::fs::remove_file(entry.path());
        } else if name == "vault.db" {
            std::fs::write(entry.path(), vec![7u8; 65536]).expect("written");
        }
    }
    let app = open(profile).await;
    until(&app, "the damage to be seen", |state| matches!(state, SessionState::StoreDamaged { .. })).await;
    app.rebuild_store().await.expect("cleared");
    until(&app, "the sign-in page", |state| matches!(state, SessionState::SignedOut { .. })).await;
    app.shutdown().await;
}

fn account(profile: &std::path::Path) -> std::path::PathBuf {
    let accounts = std::fs::read_dir(profile.join("accounts")).expect("accounts");
    accounts.filter_map(Result::ok).map(|entry| entry.path()).next().expect("one account")
}
