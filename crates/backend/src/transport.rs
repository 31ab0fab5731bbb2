//! One connection to a project, as somebody.

use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response, header};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use url::Url;

use crate::{BackendError, client_of};

/// JSON answers are read up to this many bytes.
const LONGEST: usize = 16 * 1024 * 1024;

/// As whom the backend is asked.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    Guest,
    /// The value of a session cookie.
    Session(String),
    Jwt(String),
    Key(String),
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Guest => "Guest",
            Self::Session(_) => "Session(..)",
            Self::Jwt(_) => "Jwt(..)",
            Self::Key(_) => "Key(..)",
        })
    }
}

/// A client of one Appwrite project. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Backend {
    http: reqwest::Client,
    /// For bodies that may take long: without a limit on the wait for an answer's first byte.
    transfers: reqwest::Client,
    /// For what becomes a socket, which HTTP/2 does not.
    sockets: reqwest::Client,
    endpoint: String,
    project: String,
    credential: Credential,
}

impl Backend {
    /// `endpoint` has the `/v1` at its end.
    ///
    /// # Errors
    /// The system's TLS cannot be set up.
    pub fn new(endpoint: &Url, project: &str) -> Result<Self, BackendError> {
        Self::named(endpoint, project, concat!("telestack/", env!("CARGO_PKG_VERSION")))
    }

    /// As [`Backend::new`], under the name by which lists of sessions show this program and device.
    ///
    /// # Errors
    /// The system's TLS cannot be set up.
    pub fn named(endpoint: &Url, project: &str, agent: &str) -> Result<Self, BackendError> {
        // A header takes visible ASCII only.
        let agent: String = agent.chars().map(|c| if matches!(c, ' '..='~') { c } else { '?' }).collect();
        let client = || {
            client_of(&[endpoint])
                .user_agent(&agent)
                .connect_timeout(Duration::from_secs(10))
                .redirect(reqwest::redirect::Policy::none())
        };
        Ok(Self {
            http: client().read_timeout(Duration::from_secs(30)).build()?,
            transfers: client().build()?,
            sockets: client().http1_only().build()?,
            endpoint: endpoint.as_str().trim_end_matches('/').to_owned(),
            project: project.to_owned(),
            credential: Credential::Guest,
        })
    }

    /// The same project as somebody else.
    #[must_use]
    pub fn with(&self, credential: Credential) -> Self {
        Self { credential, ..self.clone() }
    }

    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(String, String)],
    ) -> Result<T, BackendError> {
        let answer = check(self.request(Method::GET, path)?.query(query).send().await?).await?;
        json(answer).await
    }

    pub(crate) async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<T, BackendError> {
        let answer = self.answer(method, path, body).await?;
        json(answer).await
    }

    /// For answers without content, or whose content nobody needs.
    pub(crate) async fn tell(&self, method: Method, path: &[&str], body: &Value) -> Result<(), BackendError> {
        self.answer(method, path, body).await.map(|_| ())
    }

    /// Makes something that may be there already.
    pub(crate) async fn ensure(&self, path: &[&str], body: &Value) -> Result<(), BackendError> {
        match self.tell(Method::POST, path, body).await {
            Err(BackendError::Conflict) => Ok(()),
            other => other,
        }
    }

    pub(crate) async fn answer(
        &self,
        method: Method,
        path: &[&str],
        body: &impl Serialize,
    ) -> Result<Response, BackendError> {
        check(self.request(method, path)?.json(body).send().await?).await
    }

    pub(crate) fn request(&self, method: Method, path: &[&str]) -> Result<RequestBuilder, BackendError> {
        self.request_by(&self.http, method, path)
    }

    /// A request whose own body may take longer than an answer: the caller sets its time limit.
    pub(crate) fn transfer(&self, method: Method, path: &[&str]) -> Result<RequestBuilder, BackendError> {
        self.request_by(&self.transfers, method, path)
    }

    /// A request that becomes a socket. It says the project only: who asks is said on the socket.
    pub(crate) fn socket(&self, method: Method, path: &[&str]) -> Result<RequestBuilder, BackendError> {
        let guest = self.with(Credential::Guest);
        Ok(guest.request_by(&guest.sockets, method, path)?.query(&[("project", &self.project)]))
    }

    pub(crate) fn credential(&self) -> &Credential {
        &self.credential
    }

    fn request_by(
        &self,
        client: &reqwest::Client,
        method: Method,
        path: &[&str],
    ) -> Result<RequestBuilder, BackendError> {
        let mut url =
            Url::parse(&self.endpoint).map_err(|error| BackendError::Protocol(error.to_string()))?;
        // Parts are encoded one by one, so that no id can leave its place in the path.
        url.path_segments_mut()
            .map_err(|()| BackendError::Protocol("the endpoint cannot have a path".into()))?
            .pop_if_empty()
            .extend(path);
        let request = client.request(method, url).header("x-appwrite-project", &self.project);
        Ok(match &self.credential {
            Credential::Guest => request,
            Credential::Session(value) => request.header("x-appwrite-session", value),
            Credential::Jwt(value) => request.header("x-appwrite-jwt", value),
            Credential::Key(value) => request.header("x-appwrite-key", value),
        })
    }
}

pub(crate) async fn check(answer: Response) -> Result<Response, BackendError> {
    let status = answer.status();
    if status.is_success() {
        return Ok(answer);
    }
    let retry_after = answer
        .headers()
        .get(header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .map(Duration::from_secs);
    let body = read(answer).await?;
    Err(BackendError::of_answer(status.as_u16(), &String::from_utf8_lossy(&body), retry_after))
}

pub(crate) async fn json<T: DeserializeOwned>(answer: Response) -> Result<T, BackendError> {
    let body = read(answer).await?;
    serde_json::from_slice(&body).map_err(|error| BackendError::Protocol(error.to_string()))
}

pub(crate) async fn read(mut answer: Response) -> Result<Vec<u8>, BackendError> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST {
            return Err(BackendError::Protocol("the answer is too long".into()));
        }
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use axum::{Router, extract::Request, http::StatusCode};

    use super::*;

    async fn serving(answer: fn(Request) -> (StatusCode, String)) -> Backend {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("port");
        let endpoint = format!("http://{}/v1", listener.local_addr().expect("address"));
        let router = Router::new().fallback(move |request: Request| async move { answer(request) });
        tokio::spawn(async move { axum::serve(listener, router).await });
        Backend::new(&Url::parse(&endpoint).expect("URL"), "p").expect("client")
    }

    #[tokio::test]
    async fn an_id_cannot_leave_its_place_in_the_path() {
        let backend =
            serving(|request| (StatusCode::OK, serde_json::json!(request.uri().path()).to_string())).await;
        let path: String = backend.get(&["users", "../teams/x?y#z"], &[]).await.expect("echo");
        assert_eq!(path, "/v1/users/..%2Fteams%2Fx%3Fy%23z");
    }

    #[tokio::test]
    async fn answers_become_errors_that_one_can_act_on() {
        let backend = serving(|request| {
            let status = request.uri().path().rsplit('/').next().and_then(|s| s.parse().ok());
            (status.unwrap_or(StatusCode::OK), r#"{"message":"m","type":"t"}"#.into())
        })
        .await;
        for (path, expected) in [
            ("401", BackendError::Unauthorized("t".into())),
            ("404", BackendError::NotFound),
            ("409", BackendError::Conflict),
            ("429", BackendError::RateLimited { retry_after: None }),
            ("400", BackendError::Invalid { kind: "t".into(), message: "m".into() }),
            ("502", BackendError::Server { status: 502 }),
        ] {
            assert_eq!(backend.get::<Value>(&[path], &[]).await, Err(expected), "{path}");
        }
    }

    #[tokio::test]
    async fn nobody_there_is_offline_and_secrets_do_not_print() {
        let port = std::net::TcpListener::bind("127.0.0.1:0").expect("port").local_addr().expect("address");
        let backend =
            Backend::new(&Url::parse(&format!("http://{port}/v1")).expect("URL"), "p").expect("client");
        assert!(matches!(backend.get::<Value>(&["ping"], &[]).await, Err(BackendError::Offline(_))));
        let debug = format!("{:?}", backend.with(Credential::Key("secret".into())));
        assert!(!debug.contains("secret"));
    }
}
