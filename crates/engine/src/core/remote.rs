//! HTTP to addresses that an administrator set. They may lie inside the network; they are not trusted to answer soon,
//! briefly or in JSON.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use reqwest::{Client, RequestBuilder, StatusCode, redirect::Policy};
use serde_json::Value;
use url::{Host, Url};

use super::{
    keyed::Keyed,
    outbound::{OutboundError, bounded},
};

/// How long one answer may take, and the bytes that it may have.
const PATIENCE: Duration = Duration::from_secs(10);
const MOST: usize = 512 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    #[error("the address is not https, and not one inside the network")]
    Address,
    #[error("it could not be reached, or took too long")]
    Unreachable,
    #[error("its answer is too long")]
    TooLong,
    #[error("its answer is not JSON")]
    NotJson,
    /// With what it said, which may be anything.
    #[error("it answered {0}")]
    Refused(StatusCode, Value),
}

#[derive(Debug, Default)]
pub struct Remote {
    /// Made when it is first needed: it reads all certificates of the system. None where there is no TLS, and nothing can
    /// be reached.
    http: OnceLock<Option<Client>>,
    /// Documents by address, with the time in Unix milliseconds at which they were read.
    documents: Mutex<HashMap<String, (i64, Arc<Value>)>>,
    /// What is asked once at a time.
    pub turns: Keyed,
}

impl Remote {
    pub fn get(&self, url: &Url) -> Result<RequestBuilder, RemoteError> {
        Ok(self.client(url)?.get(url.clone()))
    }

    pub fn post(&self, url: &Url) -> Result<RequestBuilder, RemoteError> {
        Ok(self.client(url)?.post(url.clone()))
    }

    fn client(&self, url: &Url) -> Result<&Client, RemoteError> {
        if !may_ask(url) {
            return Err(RemoteError::Address);
        }
        let make = || {
            Client::builder()
                .timeout(PATIENCE)
                .redirect(Policy::none())
                .user_agent(concat!("telestack/", env!("CARGO_PKG_VERSION")))
                .build()
                .ok()
        };
        self.http.get_or_init(make).as_ref().ok_or(RemoteError::Unreachable)
    }

    /// The JSON of a success.
    pub async fn json(&self, request: RequestBuilder) -> Result<Value, RemoteError> {
        let request = request.header("accept", "application/json");
        let answer = request.send().await.map_err(|_| RemoteError::Unreachable)?;
        let status = answer.status();
        let bytes = bounded(answer, MOST).await.map_err(|error| match error {
            OutboundError::TooBig(_) => RemoteError::TooLong,
            _ => RemoteError::Unreachable,
        })?;
        let json = serde_json::from_slice(&bytes);
        if status.is_success() {
            json.map_err(|_| RemoteError::NotJson)
        } else {
            Err(RemoteError::Refused(status, json.unwrap_or_default()))
        }
    }

    /// A document that seldom changes, read again when it was read before `since`.
    pub async fn document(&self, url: &Url, since: i64, now: i64) -> Result<Arc<Value>, RemoteError> {
        let known = || {
            let documents = self.documents.lock().unwrap_or_else(PoisonError::into_inner);
            documents.get(url.as_str()).filter(|(time, _)| *time >= since).map(|(_, value)| value.clone())
        };
        if let Some(document) = known() {
            return Ok(document);
        }
        let _turn = self.turns.lock(url.to_string()).await;
        if let Some(document) = known() {
            return Ok(document);
        }
        let document = Arc::new(self.json(self.get(url)?).await?);
        let mut documents = self.documents.lock().unwrap_or_else(PoisonError::into_inner);
        documents.insert(url.to_string(), (now, document.clone()));
        Ok(document)
    }
}

/// Whether secrets may go to `url`: over TLS, or without it to where no stranger listens.
pub fn may_ask(url: &Url) -> bool {
    match (url.scheme(), url.host()) {
        ("https", Some(_)) => true,
        ("http", Some(Host::Domain(name))) => !name.contains('.') || name.ends_with(".localhost"),
        ("http", Some(Host::Ipv4(address))) => address.is_loopback() || address.is_private(),
        ("http", Some(Host::Ipv6(address))) => address.is_loopback() || address.is_unique_local(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_travel_without_tls_only_inside() {
        for (url, expected) in [
            ("https://login.example.org/token", true),
            ("http://login.example.org/token", false),
            ("http://127.0.0.1:8080/", true),
            ("http://[::1]:8080/", true),
            ("http://10.1.2.3/", true),
            ("http://8.8.8.8/", false),
            ("http://keycloak:8080/", true),
            ("ftp://127.0.0.1/", false),
            ("file:///etc/passwd", false),
            ("data:application/json,{}", false),
        ] {
            assert_eq!(may_ask(&Url::parse(url).expect("a URL")), expected, "{url}");
        }
    }
}
