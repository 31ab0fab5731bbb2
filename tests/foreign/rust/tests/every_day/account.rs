//! Somebody's own account, by a program that speaks for them: it signs in with its key and keeps the session.

use appwrite::{
    id::ID,
    services::{Account, Teams, Users},
};
use serde_json::json;
use telestack_foreign_rust::{admin, guest, kind, until_message};

const PASSWORD: &str = "correct horse battery";

#[tokio::test]
async fn somebody_signs_up_in_and_out() {
    let (id, client) = (ID::unique(), admin());
    let email = format!("{id}@example.org");
    let made = Account::new(&guest()).create(&id, &email, PASSWORD, Some("Rusty")).await.expect("signed up");
    assert_eq!((made.id.as_str(), made.email_verification), (id.as_str(), false));
    let wrong = Account::new(&client).create_email_password_session(&email, "no such password", None).await;
    assert_eq!(kind(wrong), "user_invalid_credentials");
    let session = Account::new(&client).create_email_password_session(&email, PASSWORD, None).await;
    let session = session.expect("signed in");
    let own = guest().set_session(&session.secret);
    let account = Account::new(&own);
    assert_eq!(account.get().await.expect("read").name, "Rusty");
    assert_eq!(account.update_name("Ferris").await.expect("renamed").name, "Ferris");
    account.update_prefs(json!({ "theme": "dark" })).await.expect("kept");
    assert_eq!(account.get_prefs().await.expect("read").data["theme"], "dark");
    account.update_password("another good password", Some(PASSWORD)).await.expect("changed");
    let again = account.update_password(PASSWORD, Some(PASSWORD)).await;
    assert_eq!(kind(again), "user_invalid_credentials");

    let teams = Teams::new(&own);
    let team = teams.create(ID::unique(), "Crabs", None).await.expect("made");
    let memberships = account.list_memberships(None, None).await.expect("listed");
    assert_eq!((memberships.total, memberships.memberships[0].team_name.as_str()), (1, "Crabs"));
    teams.delete(&team.id).await.expect("deleted");

    let factors = account.list_mfa_factors().await.expect("listed");
    assert!(!factors.totp && !factors.recovery_code);
    assert_eq!(account.list_sessions(None).await.expect("listed").sessions[0].id, session.id);
    account.delete_session("current").await.expect("signed out");
    assert_eq!(kind(account.get().await), "general_unauthorized_scope");
    Users::new(&client).delete(&id).await.expect("deleted");
}

#[tokio::test]
async fn a_code_by_mail_opens_a_session_and_a_new_password() {
    let (id, client) = (ID::unique(), admin());
    let email = format!("{id}@example.org");
    let account = Account::new(&client);
    let token = account.create_email_token(&id, &email, None).await.expect("a token");
    assert_eq!(token.user_id, id);
    let session = account.create_session(&id, &token.secret).await.expect("signed in");
    let own = Account::new(&guest().set_session(&session.secret)).get().await.expect("read");
    assert!(own.email_verification);

    // Without a key the code is in the mail alone.
    let stranger = guest();
    let asked = Account::new(&stranger).create_recovery_otp(&email, None).await.expect("asked");
    assert_eq!(asked.secret, "");
    let code = until_message(&email, |text| {
        let is_code = |word: &&str| word.len() == 6 && word.bytes().all(|letter| letter.is_ascii_digit());
        text.split_whitespace().find(is_code).filter(|code| *code != token.secret).map(str::to_owned)
    });
    let new = "a new good password";
    Account::new(&stranger).update_recovery_otp(&asked.user_id, &code, new).await.expect("changed");
    account.create_email_password_session(&email, new, None).await.expect("signed in");
    Users::new(&client).delete(&id).await.expect("deleted");
}
