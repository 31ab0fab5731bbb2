//! What programs read before they begin: where everything is, and the key that proves tokens.

use axum::{http::StatusCode, response::Response};
use serde_json::json;

use super::{issuer, refusal::Failure, token};
use crate::core::{
    lent,
    routes::{self, Call},
};

/// `GET /oauth2/{projectId}/.well-known/openid-configuration` (OpenID Connect Discovery, 3) and, with the same words,
/// `oauth-authorization-server` (RFC 8414).
pub async fn document(call: Call) -> Result<Response, Failure> {
    let server = call.app.settings().oauth2_server.clone();
    super::check_enabled(&server)?;
    let issuer = issuer::issuer(&call)?;
    let at = |path: &str| format!("{issuer}/{path}");
    let mut grants = vec!["authorization_code", "refresh_token"];
    let mut document = json!({
        "issuer": issuer,
        "authorization_endpoint": at("authorize"),
        "token_endpoint": at("token"),
        "userinfo_endpoint": at("userinfo"),
        "jwks_uri": at(".well-known/jwks.json"),
        "revocation_endpoint": at("revoke"),
        "introspection_endpoint": at("introspect"),
        "pushed_authorization_request_endpoint": at("par"),
        "end_session_endpoint": at("logout"),
        "scopes_supported": server.allowed(),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "revocation_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "claims_supported": [
            "sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "name", "updated_at", "email", "email_verified",
            "phone_number", "phone_number_verified",
        ],
        "authorization_details_types_supported": server.authorization_details_types,
        "authorization_response_iss_parameter_supported": true,
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        // Only those that were left here.
        "request_uri_parameter_supported": false,
    });
    if !server.verification_url.is_empty() {
        grants.push(token::DEVICE);
        document["device_authorization_endpoint"] = json!(at("device_authorization"));
    }
    document["grant_types_supported"] = json!(grants);
    Ok(routes::json(StatusCode::OK, &document)?)
}

/// `GET /oauth2/{projectId}/.well-known/jwks.json` (RFC 7517)
pub async fn keys(call: Call) -> Result<Response, Failure> {
    super::check_enabled(&call.app.settings().oauth2_server)?;
    let key = call.app.oauth2.get(&call.app).await?;
    Ok(routes::json(StatusCode::OK, &json!({ "keys": [key.public()] }))?)
}

/// Whether the words of a scope are those of our own API.
pub fn describe(scope: &str) -> String {
    let of_us = scope.strip_prefix(lent::PROJECT);
    match (scope, of_us.and_then(|of| of.rsplit_once('.'))) {
        ("openid", _) => "Know who you are.".to_owned(),
        ("profile", _) => "See your name.".to_owned(),
        ("email", _) => "See your e-mail address.".to_owned(),
        ("phone", _) => "See your phone number.".to_owned(),
        (_, Some((what, "read"))) => format!("See {what} that you may see."),
        (_, Some((what, _))) => format!("Make, change and delete {what} where you may."),
        (_, None) => format!("{scope}, as this organisation has it."),
    }
}
