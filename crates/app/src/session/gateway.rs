//! What the gateway is asked beside Appwrite's API.

use std::time::Duration;

use serde::{Deserialize, de::DeserializeOwned};
use telestack_model::{Person, ProfileChange, StorageReport, WellKnown};
use url::Url;
use zeroize::Zeroizing;

use crate::{ApiError, ErrorCode};

#[derive(Debug, Clone)]
pub(crate) struct Gateway {
    http: reqwest::Client,
    server: Url,
}

/// Which engines answer, as the server sees it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Health {
    pub backend: bool,
    pub livekit: bool,
}

/// What signs this person in to chat.
pub(crate) struct MatrixLogin {
    pub token: String,
    pub homeserver: Url,
}

impl Gateway {
    pub fn new(server: &WellKnown) -> Result<Self, ApiError> {
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(10))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| ErrorCode::Internal.with(error))?;
        Ok(Self { http, server: server.server.clone() })
    }

    fn at(&self, path: &str) -> Result<Url, ApiError> {
        self.server.join(path).map_err(|error| ErrorCode::Internal.with(error))
    }

    /// Trades an Appwrite JWT for a Matrix login token of a minute.
    pub async fn matrix_login(&self, jwt: &str) -> Result<MatrixLogin, ApiError> {
        #[derive(Deserialize)]
        struct Answer {
            token: String,
            homeserver: Url,
        }
        let url = self.at("/telestack/v1/matrix/login")?;
        let answer = self.http.post(url).bearer_auth(jwt).send().await;
        let answer = answer.map_err(|error| ErrorCode::Offline.with(error.without_url()))?;
        match answer.status().as_u16() {
            200 => {}
            401 | 403 => return Err(ErrorCode::Forbidden.with("the gateway gives no way into chat")),
            429 => return Err(ErrorCode::RateLimited.with("the gateway asks for a pause")),
            status => return Err(ErrorCode::ChatUnavailable.with(format!("the gateway answered {status}"))),
        }
        let answer: Answer =
            answer.json().await.map_err(|error| ErrorCode::ChatUnavailable.with(error.without_url()))?;
        Ok(MatrixLogin { token: answer.token, homeserver: answer.homeserver })
    }

    /// Trades the account's password for what the homeserver takes as this person's confirmation.
    pub async fn confirmation(&self, jwt: &str, password: &str) -> Result<Zeroizing<String>, ApiError> {
        #[derive(Deserialize)]
        struct Answer {
            secret: String,
        }
        let url = self.at("/telestack/v1/matrix/confirmation")?;
        let body = serde_json::json!({ "password": password });
        let answer = read::<Answer>(self.http.post(url).bearer_auth(jwt).json(&body).send().await).await;
        match answer {
            Ok(answer) => Ok(Zeroizing::new(answer.secret)),
            Err(error) if error.code == ErrorCode::Forbidden => {
                Err(ErrorCode::WrongCredentials.with("the password is wrong"))
            }
            Err(error) if error.code == ErrorCode::FilesUnavailable => {
                Err(ErrorCode::ChatUnavailable.with(error.message))
            }
            Err(error) => Err(error),
        }
    }

    /// What is used of how much, and the buckets that this person may list.
    pub async fn storage(&self, jwt: &str) -> Result<StorageReport, ApiError> {
        let answer = self.http.get(self.at("/telestack/v1/storage")?).bearer_auth(jwt).send().await;
        read(answer).await
    }

    /// Changes what others see of this person; the answer is their row of the directory.
    pub async fn change_profile(&self, jwt: &str, change: &ProfileChange) -> Result<Person, ApiError> {
        let request = self.http.post(self.at("/telestack/v1/profile")?).bearer_auth(jwt).json(change);
        read(request.send().await).await
    }

    /// `None` where the server cannot be reached at all.
    pub async fn health(&self) -> Option<Health> {
        #[derive(Deserialize)]
        struct Answer {
            engines: Engines,
        }
        #[derive(Deserialize)]
        struct Engines {
            backend: bool,
            livekit: bool,
        }
        let answer = self.http.get(self.at("/health").ok()?).send().await.ok()?;
        let answer: Answer = answer.json().await.ok()?;
        Some(Health { backend: answer.engines.backend, livekit: answer.engines.livekit })
    }
}

async fn read<T: DeserializeOwned>(answer: Result<reqwest::Response, reqwest::Error>) -> Result<T, ApiError> {
    let answer = answer.map_err(|error| ErrorCode::Offline.with(error.without_url()))?;
    let code = match answer.status().as_u16() {
        200 => {
            let read = answer.json().await;
            return read.map_err(|error| ErrorCode::FilesUnavailable.with(error.without_url()));
        }
        400 => ErrorCode::Invalid,
        401 => ErrorCode::SignedOut,
        403 => ErrorCode::Forbidden,
        404 => ErrorCode::NotFound,
        413 => ErrorCode::TooLarge,
        429 => ErrorCode::RateLimited,
        _ => ErrorCode::FilesUnavailable,
    };
    Err(code.with(format!("the gateway answered {}", answer.status())))
}
