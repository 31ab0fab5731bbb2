//! The Appwrite REST API as seeding and tests call it: plain JSON, so that a mistake in our own client cannot hide
//! one in the server.

use anyhow::{Context, Result, bail};
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};

/// One caller of the engine: an API key, or a person's session.
#[derive(Debug, Clone)]
pub struct Appwrite {
    endpoint: String,
    project: String,
    caller: Caller,
    http: reqwest::Client,
}

#[derive(Debug, Clone)]
enum Caller {
    Nobody,
    Key(String),
    /// The `Cookie` header of an e-mail session.
    Session(String),
}

impl Appwrite {
    /// Somebody who has not signed in. `endpoint` has the `/v1` at its end.
    #[must_use]
    pub fn anonymous(endpoint: &str, project: &str) -> Self {
        Self {
            endpoint: endpoint.trim_end_matches('/').to_owned(),
            project: project.to_owned(),
            caller: Caller::Nobody,
            http: reqwest::Client::new(),
        }
    }

    #[must_use]
    pub fn with_key(endpoint: &str, project: &str, key: &str) -> Self {
        Self { caller: Caller::Key(key.to_owned()), ..Self::anonymous(endpoint, project) }
    }

    /// Signs in with e-mail and password and keeps the session's cookies.
    ///
    /// # Errors
    /// The engine's answer when it is not 201.
    pub async fn sign_in(&self, email: &str, password: &str) -> Result<Self> {
        let request = self
            .request(Method::POST, "/account/sessions/email")
            .json(&json!({ "email": email, "password": password }));
        let answer = request.send().await?;
        let cookies: Vec<String> = answer
            .headers()
            .get_all(header::SET_COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok()?.split(';').next().map(str::to_owned))
            .collect();
        read("POST", "/account/sessions/email", answer).await?;
        Ok(Self { caller: Caller::Session(cookies.join("; ")), ..self.clone() })
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self
            .http
            .request(method, format!("{}{path}", self.endpoint))
            .header("x-appwrite-project", &self.project);
        match &self.caller {
            Caller::Nobody => request,
            Caller::Key(key) => request.header("x-appwrite-key", key),
            Caller::Session(cookies) => request.header(header::COOKIE, cookies),
        }
    }

    /// One JSON call. `path` starts below `/v1`.
    ///
    /// # Errors
    /// The engine's answer when it is no success.
    pub async fn call(&self, method: Method, path: &str, body: &Value) -> Result<Value> {
        let mut request = self.request(method.clone(), path);
        if method != Method::GET {
            request = request.json(body);
        }
        read(method.as_str(), path, request.send().await?).await
    }

    /// Like `call`, but something that is there already is as good as made: seeding can be repeated.
    ///
    /// # Errors
    /// The engine's answer when it is neither a success nor a conflict.
    pub async fn ensure(&self, method: Method, path: &str, body: &Value) -> Result<()> {
        let answer = self.request(method.clone(), path).json(body).send().await?;
        if answer.status() == StatusCode::CONFLICT {
            return Ok(());
        }
        read(method.as_str(), path, answer).await.map(|_| ())
    }

    /// Uploads a whole file (below 5 MB: larger ones need chunks). An existing id is left as it is.
    ///
    /// # Errors
    /// The engine's answer when it is neither a success nor a conflict.
    pub async fn upload(&self, bucket: &str, id: &str, name: &str, mime: &str, bytes: Vec<u8>) -> Result<()> {
        let path = format!("/storage/buckets/{bucket}/files");
        let part = reqwest::multipart::Part::bytes(bytes).file_name(name.to_owned()).mime_str(mime)?;
        let form = reqwest::multipart::Form::new().text("fileId", id.to_owned()).part("file", part);
        let answer = self.request(Method::POST, &path).multipart(form).send().await?;
        if answer.status() == StatusCode::CONFLICT {
            return Ok(());
        }
        read("POST", &path, answer).await.map(|_| ())
    }
}

pub(crate) async fn read(method: &str, path: &str, answer: reqwest::Response) -> Result<Value> {
    let status = answer.status();
    let text = answer.text().await?;
    if !status.is_success() {
        bail!("{method} {path} answered {status}: {text}");
    }
    if text.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(&text).with_context(|| format!("{method} {path} answered no JSON: {text}"))
}
