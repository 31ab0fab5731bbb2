//! Who asks: a request's bearer token is the backend's own JWT, and the backend says whose it is.

use axum::http::{HeaderMap, header};
use telestack_backend::{Account, Backend, Credential};

use crate::{GatewayError, Inner};

/// Somebody who showed a valid token.
pub struct Asker {
    pub account: Account,
    /// The backend as this person may use it.
    pub backend: Backend,
}

impl Inner {
    /// The gateway never reads the token itself.
    pub async fn asker(&self, headers: &HeaderMap) -> Result<Asker, GatewayError> {
        let token = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
            .filter(|token| !token.is_empty() && token.len() <= 4096)
            .ok_or(GatewayError::Unauthorized)?
            .to_owned();
        let backend = self.backend.with(Credential::Jwt(token));
        Ok(Asker { account: backend.account().await?, backend })
    }
}
