//! Ada turns a second factor on: her other device asks for it, signing in asks for it, and nothing is kept before it was
//! shown.

use std::path::Path;

use reqwest::Method;
use serde_json::{Value, json};
use telestack_app::{
    App, ErrorCode, Sink,
    view::{Factor, RoomSummary, SessionState, SignInStep},
};
use telestack_testkit::{Authenticator, Engine, Person, Stack, wait_for};

use crate::support::{Live, a_room, channel, next, open, sign_in, sign_in_with, stack, until};

const NO_CODE: &str = "000000";

/// Waits until the app asks for a factor, and tells whether it is signed in behind the question.
async fn asked(app: &App) -> (Vec<Factor>, bool) {
    let state = until(app, "the question", |state| matches!(state, SessionState::NeedsFactor { .. })).await;
    let SessionState::NeedsFactor { email, factors, signed_in } = state else {
        unreachable!("waited for it")
    };
    assert_eq!(email, "ada@northlight.example");
    (factors, signed_in)
}

async fn answer(app: &App, factor: Factor, code: &str) -> Result<(), ErrorCode> {
    let progress: Sink<SignInStep> = Box::new(|_| true);
    app.answer_factor(factor, code.to_owned(), progress).await.map_err(|error| error.code)
}

async fn signed_in(app: &App) {
    until(app, "the session", |state| matches!(state, SessionState::SignedIn { .. })).await;
}

async fn sessions(stack: &Stack) -> Value {
    let listed = stack.admin().call(Method::GET, "/users/ada/sessions", &Value::Null).await;
    listed.expect("sessions")["total"].clone()
}

fn accounts(profile: &Path) -> usize {
    std::fs::read_dir(profile.join("accounts")).map_or(0, Iterator::count)
}

/// The code of the mail that comes to Ada; it is taken out.
async fn mailed_code(stack: &Stack) -> String {
    let found = wait_for("a mail with a code", std::time::Duration::from_secs(20), || async {
        for entry in std::fs::read_dir(&stack.info().mailbox).ok()?.filter_map(Result::ok) {
            let text = std::fs::read_to_string(entry.path()).ok()?;
            let mail: Value = serde_json::from_str(&text).unwrap_or_default();
            if mail["to"] == "ada@northlight.example" {
                std::fs::remove_file(entry.path()).ok()?;
                let mut words = mail["text"].as_str()?.split(|letter: char| !letter.is_ascii_digit());
                return words.find(|word| word.len() == 6).map(str::to_owned);
            }
        }
        None
    });
    found.await.expect("a code")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_is_turned_on_asked_for_and_turned_off() {
    let (mut stack, _turn) = stack().await;
    let [first, second] = std::array::from_fn(|_| tempfile::tempdir().expect("folder"));
    let ada = stack.person("ada").expect("Ada").clone();
    let server = stack.info().server.clone();
    let (here, there) = (open(first.path()).await, open(second.path()).await);
    sign_in(&here, &server, &ada).await.expect("signed in");
    sign_in(&there, &server, &ada).await.expect("signed in");
    let room = a_room(&there).await;

    let (mut app, codes) = turn_on(&here).await;

    // The other device keeps what it has, and opens with a code. Any call that is refused makes it ask.
    assert!(there.sessions().await.is_err());
    assert_eq!(asked(&there).await, (vec![Factor::App, Factor::RecoveryCode], true));
    assert_eq!(answer(&there, Factor::App, NO_CODE).await, Err(ErrorCode::WrongCode));
    assert_eq!(answer(&there, Factor::App, &app.code().await.expect("a code")).await, Ok(()));
    signed_in(&there).await;
    let (sink, mut rooms) = Live::<RoomSummary>::new();
    there.rooms(sink).await.expect("rooms");
    rooms.until("the room of before", |rooms| rooms.iter().any(|one| one.id == room.id)).await;
    wait_for("its session to do things again", std::time::Duration::from_secs(20), || async {
        there.sessions().await.ok().filter(|sessions| sessions.len() == 2).map(drop)
    })
    .await
    .expect("sessions");
    there.sign_out().await.expect("signed out");

    given_up(&there, &stack, &ada, second.path()).await;
    by_recovery_code(&there, &mut stack, &ada, &codes, second.path()).await;
    there.sign_out().await.expect("signed out");
    by_mail(&there, &stack, &ada).await;
    there.sign_out().await.expect("signed out");

    // Codes are made anew, and the factor is turned off.
    let wrong = here.renew_recovery_codes(Factor::RecoveryCode, codes[0].clone()).await;
    assert_eq!(wrong.map_err(|error| error.code), Err(ErrorCode::WrongCode), "it was used");
    let renewed = here.renew_recovery_codes(Factor::RecoveryCode, codes[1].clone()).await.expect("made");
    assert!(renewed.len() == codes.len() && renewed != codes);
    let off = here.turn_second_factor_off(Factor::App, NO_CODE.into()).await;
    assert_eq!(off.map_err(|error| error.code), Err(ErrorCode::WrongCode));
    let code = app.code().await.expect("a code");
    here.turn_second_factor_off(Factor::App, code).await.expect("turned off");
    let now = here.second_factor().await.expect("told");
    assert!(!now.on && !now.factors.contains(&Factor::App));

    new_password(&here, &there, &server, &ada).await;
    for app in [here, there] {
        app.shutdown().await;
    }
}

/// Turns it on; what the telephone has then, and the recovery codes.
async fn turn_on(here: &App) -> (Authenticator, Vec<String>) {
    let before = here.second_factor().await.expect("told");
    assert!(!before.on && before.factors.is_empty());
    let secret = here.begin_second_factor().await.expect("begun").expect("a secret");
    assert!(secret.qr.is_some_and(|qr| qr.side > 20));
    let mut app = Authenticator::new(&secret.secret).expect("base32");
    let wrong = here.turn_second_factor_on(NO_CODE.into()).await;
    assert_eq!(wrong.map_err(|error| error.code), Err(ErrorCode::WrongCode));
    let codes = here.turn_second_factor_on(app.code().await.expect("a code")).await.expect("turned on");
    assert_eq!(codes.len(), 6);
    assert!(here.second_factor().await.expect("told").on);
    assert_eq!(here.begin_second_factor().await.expect("asked"), None, "an app is linked");
    here.sessions().await.expect("this session showed the factor");
    (app, codes)
}

/// Back at the start nothing is left, here or there.
async fn given_up(there: &App, stack: &Stack, ada: &Person, profile: &Path) {
    sign_in(there, &stack.info().server, ada).await.expect("the password is right");
    assert_eq!(asked(there).await, (vec![Factor::App, Factor::RecoveryCode], false));
    assert_eq!(accounts(profile), 0, "nothing is kept before the factor");
    assert_eq!(sessions(stack).await, 2);
    there.sign_out().await.expect("given up");
    let back = |state: &SessionState| matches!(state, SessionState::SignedOut { email: Some(_), .. });
    until(there, "the start", back).await;
    assert_eq!(sessions(stack).await, 1, "no half session stays");
    assert_eq!(answer(there, Factor::App, NO_CODE).await, Err(ErrorCode::Invalid), "nobody is asked");
}

/// The network goes between the password and the code, and then it works.
async fn by_recovery_code(there: &App, stack: &mut Stack, ada: &Person, codes: &[String], profile: &Path) {
    sign_in(there, &stack.info().server, ada).await.expect("the password is right");
    asked(there).await;
    stack.kill(Engine::TelestackServer);
    assert_eq!(answer(there, Factor::RecoveryCode, &codes[0]).await, Err(ErrorCode::Offline));
    asked(there).await;
    stack.revive(Engine::TelestackServer).await.expect("the server starts");
    assert_eq!(answer(there, Factor::RecoveryCode, "0123456789").await, Err(ErrorCode::WrongCode));
    let (progress, mut steps) = channel::<SignInStep>();
    // As somebody copies it from paper.
    let (begin, end) = codes[0].split_at(5);
    let written = format!("{}-{end}", begin.to_uppercase());
    there.answer_factor(Factor::RecoveryCode, written, progress).await.expect("signed in");
    for step in [SignInStep::OpeningStore, SignInStep::JoiningChat, SignInStep::Done] {
        next(&mut steps, "the progress", |told| *told == step).await;
    }
    signed_in(there).await;
    assert_eq!(accounts(profile), 1);
}

/// A code that is sent ends with five wrong answers; the next one is good.
async fn by_mail(there: &App, stack: &Stack, ada: &Person) {
    let verified = json!({ "emailVerification": true });
    stack.admin().call(Method::PATCH, "/users/ada/verification", &verified).await.expect("verified");
    sign_in(there, &stack.info().server, ada).await.expect("the password is right");
    assert_eq!(asked(there).await.0, [Factor::App, Factor::Email, Factor::RecoveryCode]);
    assert_eq!(answer(there, Factor::Email, NO_CODE).await, Err(ErrorCode::CodeOver), "none was sent");
    there.ask_factor(Factor::Email).await.expect("sent");
    let first = mailed_code(stack).await;
    let wrong = if first == NO_CODE { "111111" } else { NO_CODE };
    for _ in 0..4 {
        assert_eq!(answer(there, Factor::Email, wrong).await, Err(ErrorCode::WrongCode));
    }
    assert_eq!(answer(there, Factor::Email, wrong).await, Err(ErrorCode::CodeOver));
    assert_eq!(answer(there, Factor::Email, &first).await, Err(ErrorCode::CodeOver));
    there.ask_factor(Factor::Email).await.expect("sent");
    assert_eq!(answer(there, Factor::Email, &mailed_code(stack).await).await, Ok(()));
    signed_in(there).await;
}

/// The password changes, and signing in asks for it alone.
async fn new_password(here: &App, there: &App, server: &str, ada: &Person) {
    let new = "a new one of hers";
    let wrong = here.change_password("not hers".into(), new.into()).await;
    assert_eq!(wrong.map_err(|error| error.code), Err(ErrorCode::WrongCredentials));
    let short = here.change_password(ada.password.clone(), "short".into()).await;
    assert_eq!(short.map_err(|error| error.code), Err(ErrorCode::Invalid));
    here.change_password(ada.password.clone(), new.into()).await.expect("changed");
    let former = sign_in(there, server, ada).await;
    assert_eq!(former.map_err(|error| error.code), Err(ErrorCode::WrongCredentials));
    sign_in_with(there, server, ada, new).await.expect("signed in");
    signed_in(there).await;
    here.sessions().await.expect("this session stays");
}
