//! Under which addresses all this is found. Programs are told one, the issuer, and read the others in its document.

use url::Url;

use crate::{
    account::redirect,
    core::{app::App, error::ApiResult, routes::Call},
};

/// The issuer, as tokens name it.
pub fn issuer(call: &Call) -> ApiResult<String> {
    Ok(of(&call.app, &redirect::own_address(call)?))
}

/// Where programs begin to read; empty where the server was not told its own address.
pub fn discovery_url(app: &App) -> String {
    let own = app.config.accounts.public_url.as_ref();
    own.map_or_else(String::new, |own| format!("{}/.well-known/openid-configuration", of(app, own)))
}

/// Our API below an issuer.
pub fn endpoint(issuer: &str) -> &str {
    issuer.rfind("/oauth2/").map_or(issuer, |end| &issuer[..end])
}

fn of(app: &App, own: &Url) -> String {
    format!("{}/v1/oauth2/{}", own.as_str().trim_end_matches('/'), app.config.project)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_api_lies_above_the_issuer() {
        assert_eq!(endpoint("https://a.example.org/v1/oauth2/p"), "https://a.example.org/v1");
        assert_eq!(endpoint("https://oauth2.example.org/v1/oauth2/p"), "https://oauth2.example.org/v1");
    }
}
