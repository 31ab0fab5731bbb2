//! Making a user: by an administrator's key here, by oneself through `POST /account`.

use axum::{http::StatusCode, response::Response};
use serde::Deserialize;

use super::{
    model::{User, check_email, check_name, check_phone},
    new_password::new_password,
};
use crate::{
    account::logs::Trace,
    core::{
        error::ApiResult,
        foreign_password::{Foreign, check_argon2},
        ids,
        routes::{self, Call},
    },
};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewUser {
    pub user_id: String,
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub phone: Option<String>,
    #[serde(default)]
    pub password: Option<String>,
    #[serde(default)]
    pub name: Option<String>,
}

/// `POST /users`. Who has neither address nor number nor password is let in by what an administrator makes for them.
pub async fn create(mut call: Call) -> ApiResult<Response> {
    let new: NewUser = call.json().await?;
    let user = make(&call, new).await?;
    routes::json(StatusCode::CREATED, &user.json_for_key())
}

/// Checks, hashes and keeps a new user.
pub async fn make(call: &Call, new: NewUser) -> ApiResult<User> {
    let mut user = User::new(ids::wanted(&new.user_id)?, call.app.now());
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    user.email = given(new.email).map(|email| check_email(&email)).transpose()?.unwrap_or_default();
    user.phone = given(new.phone).map(|phone| check_phone(&phone)).transpose()?.unwrap_or_default();
    user.name = check_name(&new.name.unwrap_or_default())?;
    if let Some(password) = given(new.password) {
        user.password = Some(new_password(&call.app, &user, password).await?);
        user.password_updated = user.created;
    }
    keep(call, user).await
}

/// `POST /users/{kind of hash}`: somebody with the hash of a password that another system made.
pub async fn import(mut call: Call, kind: &'static str) -> ApiResult<Response> {
    let new: Imported = call.json().await?;
    let mut user = User::new(ids::wanted(&new.user_id)?, call.app.now());
    user.email = check_email(&new.email)?;
    user.name = check_name(new.name.as_deref().unwrap_or_default())?;
    user.password = Some(new.hash(kind)?);
    user.password_updated = user.created;
    let user = keep(&call, user).await?;
    if let Some(hash) = &user.password {
        call.app.foreign_ways.add(&call.app.store, hash).await?;
    }
    routes::json(StatusCode::CREATED, &user.json_for_key())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Imported {
    user_id: String,
    email: String,
    /// The hash.
    password: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    password_version: Option<String>,
    #[serde(default)]
    password_salt: String,
    #[serde(default)]
    password_cpu: u64,
    #[serde(default)]
    password_memory: u32,
    #[serde(default)]
    password_parallel: u32,
    #[serde(default)]
    password_length: usize,
    #[serde(default)]
    password_salt_separator: String,
    #[serde(default)]
    password_signer_key: String,
}

impl Imported {
    fn hash(self, kind: &str) -> ApiResult<String> {
        let hash = self.password;
        match kind {
            "bcrypt" => Foreign::Bcrypt { hash },
            "md5" => Foreign::Md5 { hash },
            "sha" => {
                let version = self.password_version.filter(|version| !version.is_empty());
                Foreign::Sha { version: version.unwrap_or_else(|| "sha3-512".into()), hash }
            }
            "phpass" => Foreign::Phpass { hash },
            "scrypt" => Foreign::Scrypt {
                hash,
                salt: self.password_salt,
                cpu: self.password_cpu,
                memory: self.password_memory,
                parallel: self.password_parallel,
                length: self.password_length,
            },
            "scrypt-modified" => Foreign::ScryptModified {
                hash,
                salt: self.password_salt,
                separator: self.password_salt_separator,
                signer: self.password_signer_key,
            },
            _ => return check_argon2(&hash),
        }
        .keep()
    }
}

async fn keep(call: &Call, user: User) -> ApiResult<User> {
    let (trace, now) = (Trace::of(call), call.app.now());
    let made = call.app.change(move |tx, events| {
        let user = user.insert(tx)?;
        events.push(user.event("create", now));
        trace.log(tx, &user.id, "user.create", now)?;
        Ok(user)
    });
    Ok(made.await?)
}
