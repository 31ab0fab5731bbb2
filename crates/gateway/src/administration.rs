//! What the gateway alone asks of the backend: with its API key, or as the person whom it serves. Plain REST, so that
//! it works on real Appwrite too.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use telestack_backend::Member;
use url::Url;

use crate::{GatewayConfig, GatewayError};

pub struct Administration {
    http: reqwest::Client,
    base: Url,
    project: String,
    key: String,
}

/// As whom.
#[derive(Clone, Copy)]
pub enum As<'a> {
    Key,
    /// With a person's JWT.
    Person(&'a str),
}

/// A bucket as the backend tells it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bucket {
    #[serde(rename = "$id")]
    pub id: String,
    pub name: String,
    pub maximum_file_size: u64,
    #[serde(default)]
    pub total_size: u64,
    #[serde(rename = "$permissions", default)]
    pub permissions: Vec<String>,
}

/// What counts of a file here.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct File {
    #[serde(rename = "$permissions", default)]
    pub permissions: Vec<String>,
    pub mime_type: String,
    pub chunks_total: u64,
    pub chunks_uploaded: u64,
}

impl Administration {
    pub fn new(config: &GatewayConfig) -> Result<Self, GatewayError> {
        let http = reqwest::Client::builder()
            .timeout(Duration::from_secs(15))
            .build()
            .map_err(|error| GatewayError::Internal(error.to_string()))?;
        Ok(Self {
            http,
            base: config.backend.clone(),
            project: config.well_known.appwrite.project.clone(),
            key: config.backend_key.clone(),
        })
    }

    /// Somebody's place in a team; none where they are not in it.
    pub async fn member(&self, team: &str, user: &str) -> Result<Option<Member>, GatewayError> {
        #[derive(Deserialize)]
        struct Answer {
            memberships: Vec<Member>,
        }
        let query = json!({ "method": "equal", "attribute": "userId", "values": [user] }).to_string();
        let path = ["teams", team, "memberships"];
        let answer: Option<Answer> = self.get(As::Key, &path, &[("queries[0]", &query)]).await?;
        Ok(answer.and_then(|answer| answer.memberships.into_iter().find(|member| member.user_id == user)))
    }

    pub async fn buckets(&self) -> Result<Vec<Bucket>, GatewayError> {
        #[derive(Deserialize)]
        struct Answer {
            buckets: Vec<Bucket>,
        }
        let hundred = json!({ "method": "limit", "values": [100] }).to_string();
        let answer: Option<Answer> =
            self.get(As::Key, &["storage", "buckets"], &[("queries[0]", &hundred)]).await?;
        Ok(answer.map(|answer| answer.buckets).unwrap_or_default())
    }

    /// Makes a bucket where it is missing.
    pub async fn ensure_bucket(&self, bucket: &Value) -> Result<(), GatewayError> {
        match self.send(As::Key, Method::POST, &["storage", "buckets"], &[], Some(bucket)).await?.status() {
            status if status.is_success() || status == StatusCode::CONFLICT => Ok(()),
            status => Err(refused(status)),
        }
    }

    /// Whether a person may list a bucket's files.
    pub async fn lists(&self, token: &str, bucket: &str) -> Result<bool, GatewayError> {
        let one = json!({ "method": "limit", "values": [1] }).to_string();
        let query = [("queries[0]", one.as_str()), ("total", "false")];
        let path = ["storage", "buckets", bucket, "files"];
        let status = self.send(As::Person(token), Method::GET, &path, &query, None).await?.status();
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND => Ok(false),
            status if status.is_success() => Ok(true),
            status => Err(refused(status)),
        }
    }

    /// Ids of the teams that a person is in.
    pub async fn teams(&self, token: &str) -> Result<Vec<String>, GatewayError> {
        #[derive(Deserialize)]
        struct Team {
            #[serde(rename = "$id")]
            id: String,
        }
        #[derive(Deserialize)]
        struct Answer {
            teams: Vec<Team>,
        }
        let answer: Option<Answer> = self.get(As::Person(token), &["teams"], &[]).await?;
        Ok(answer.map(|answer| answer.teams.into_iter().map(|team| team.id).collect()).unwrap_or_default())
    }

    pub async fn file(&self, bucket: &str, id: &str) -> Result<Option<File>, GatewayError> {
        self.get(As::Key, &["storage", "buckets", bucket, "files", id], &[]).await
    }

    pub async fn delete_file(&self, bucket: &str, id: &str) -> Result<(), GatewayError> {
        let path = ["storage", "buckets", bucket, "files", id];
        match self.send(As::Key, Method::DELETE, &path, &[], Some(&json!({}))).await?.status() {
            status if status.is_success() || status == StatusCode::NOT_FOUND => Ok(()),
            status => Err(refused(status)),
        }
    }

    /// Changes the name of the person's own account.
    pub async fn rename(&self, token: &str, name: &str) -> Result<(), GatewayError> {
        let body = json!({ "name": name });
        let answer =
            self.send(As::Person(token), Method::PATCH, &["account", "name"], &[], Some(&body)).await?;
        if answer.status().is_success() { Ok(()) } else { Err(refused(answer.status())) }
    }

    /// None where there is nothing of this name.
    async fn get<T: DeserializeOwned>(
        &self,
        who: As<'_>,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<Option<T>, GatewayError> {
        let answer = self.send(who, Method::GET, path, query, None).await?;
        match answer.status() {
            StatusCode::NOT_FOUND => Ok(None),
            status if status.is_success() => Ok(Some(answer.json().await.map_err(unreachable)?)),
            status => Err(refused(status)),
        }
    }

    async fn send(
        &self,
        who: As<'_>,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<reqwest::Response, GatewayError> {
        let mut url = self.base.clone();
        url.path_segments_mut()
            .map_err(|()| GatewayError::Internal("the backend's URL has no path".into()))?
            .pop_if_empty()
            .extend(path);
        let request = self.http.request(method, url).query(query).header("x-appwrite-project", &self.project);
        let request = match who {
            As::Key => request.header("x-appwrite-key", &self.key),
            As::Person(token) => request.header("x-appwrite-jwt", token),
        };
        let request = if let Some(body) = body { request.json(body) } else { request };
        request.send().await.map_err(unreachable)
    }
}

/// Errors of requests may carry URLs with ids: they are not passed on.
fn unreachable(_: reqwest::Error) -> GatewayError {
    GatewayError::Unavailable("the backend")
}

fn refused(status: StatusCode) -> GatewayError {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => GatewayError::Unauthorized,
        StatusCode::BAD_REQUEST => GatewayError::Invalid("a value"),
        status if status.is_server_error() => GatewayError::Unavailable("the backend"),
        status => GatewayError::Internal(format!("the backend answered {status}")),
    }
}
