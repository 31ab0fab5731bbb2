//! Asking for a secret with an address. Whether somebody has it is not to be heard from the answer: the asker is told
//! the id that they asked with, and what they do with it later finds the person.

use super::{Purpose, Token, make, make_with};
use crate::{
    core::{
        app::App, error::ApiResult, events::Event, ids, messenger::Letter, routes::Call, store::StoreError,
    },
    users::{self, User},
};

/// How somebody is reached.
pub enum Address {
    Email(String),
    Phone(String),
}

/// Makes a token for whoever has `address`, and tells them by `letter`. Where people may sign up, somebody new is made.
pub async fn ask(
    call: &Call,
    address: Address,
    wanted: &str,
    purpose: Purpose,
    letter: impl FnOnce(&Token, String) -> Letter + Send + 'static,
) -> ApiResult<Token> {
    let told = ids::wanted(wanted)?;
    let (app, is_key) = (call.app.clone(), call.caller.is_key());
    let policies = call.app.policies();
    // A tester's number has a code of its own.
    let code = match &address {
        Address::Phone(phone) => call.app.settings().mock_phones.get(phone).cloned(),
        Address::Email(_) => None,
    };
    let may_come = match &address {
        Address::Email(email) => users::check_new_email(&call.app, email).is_ok(),
        Address::Phone(_) => true,
    };
    let token = call.app.change(move |tx, events| {
        let (Address::Email(to) | Address::Phone(to)) = &address;
        let to = to.clone();
        let known = match &address {
            Address::Email(email) => User::find_by_email(tx, email)?,
            Address::Phone(phone) => User::find_by_phone(tx, phone)?,
        };
        let user = match known {
            None if is_key
                || (app.config.sign_up && may_come && users::check_room(tx, policies.users).is_ok()) =>
            {
                Some(sign_up(tx, events, &app, address, &told)?)
            }
            other => other.filter(|user| user.status),
        };
        let id = user.map(|user| user.id);
        // A program with a key may know everything.
        let told = id.as_ref().filter(|_| is_key).unwrap_or(&told);
        if let Some(code) = code {
            return make_with(tx, &app, purpose, id.as_deref(), told, code, purpose.lifetime());
        }
        let token = make(tx, &app, purpose, id.as_deref(), told)?;
        if id.is_some() {
            letter(&token, to).post(tx, &app)?;
        }
        Ok(token)
    });
    Ok(token.await?)
}

/// Somebody new with the id that was asked for, or another where it is taken: that is not to be heard, either.
fn sign_up(
    tx: &rusqlite::Connection,
    events: &mut Vec<Event>,
    app: &App,
    address: Address,
    wanted: &str,
) -> Result<User, StoreError> {
    let now = app.now();
    let free = User::find(tx, wanted)?.is_none();
    let mut user = User::new(if free { wanted.to_owned() } else { ids::unique() }, now);
    match address {
        Address::Email(email) => user.email = email,
        Address::Phone(phone) => user.phone = phone,
    }
    let user = user.insert(tx)?;
    events.push(user.event("create", now));
    Ok(user)
}
