//! What is told of somebody, as far as they agreed: in ID tokens, and at `/oauth2/{projectId}/userinfo`.

use axum::{http::StatusCode, response::Response};
use serde_json::{Map, Value, json};

use super::refusal::{Failure, refuse};
use crate::{
    core::routes::{self, Call},
    users::User,
};

/// The claims that the scopes open (OpenID Connect Core, 5.4). Nothing is told that somebody does not have.
pub fn of(user: &User, scopes: &[String]) -> Map<String, Value> {
    let has = |scope: &str| scopes.iter().any(|known| known == scope);
    let mut claims = Map::new();
    claims.insert("sub".to_owned(), json!(user.id));
    let mut add = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    if has("profile") {
        add("name", json!(user.name));
        add("updated_at", json!(user.updated / 1000));
    }
    if has("email") && !user.email.is_empty() {
        add("email", json!(user.email));
        add("email_verified", json!(user.email_verified));
    }
    if has("phone") && !user.phone.is_empty() {
        add("phone_number", json!(user.phone));
        add("phone_number_verified", json!(user.phone_verified));
    }
    claims
}

/// `GET` and `POST /oauth2/{projectId}/userinfo` (OpenID Connect Core, 5.3)
pub async fn userinfo(call: Call) -> Result<Response, Failure> {
    let invalid =
        || refuse("invalid_token", "Only the bearer of an access token of somebody is told who they are.");
    let (scopes, user) =
        (call.caller.lent().ok_or_else(invalid)?, call.caller.user_id().ok_or_else(invalid)?);
    if !scopes.iter().any(|scope| scope == "openid") {
        return Err(refuse("insufficient_scope", "This access token has not the scope 'openid'.").into());
    }
    let user = user.to_owned();
    let user = call.app.store.read(move |c| User::get(c, &user)).await?;
    Ok(routes::json(StatusCode::OK, &Value::Object(of(&user, scopes)))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_agreed_to_is_told() {
        let mut user = User::new("ada".into(), 5_000);
        (user.name, user.email, user.phone) = ("Ada".into(), "ada@example.org".into(), String::new());
        let of = |scopes: &[&str]| {
            let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
            Value::Object(of(&user, &scopes))
        };
        assert_eq!(of(&["openid"]), json!({ "sub": "ada" }));
        assert_eq!(of(&["profile"]), json!({ "sub": "ada", "name": "Ada", "updated_at": 5 }));
        assert_eq!(
            of(&["email", "phone"]),
            json!({ "sub": "ada", "email": "ada@example.org", "email_verified": false })
        );
    }
}
