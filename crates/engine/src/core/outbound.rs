//! Calls to addresses that somebody gave us: never to one inside the network, never for long, never for much.
//!
//! A name is judged by what it resolves to in the moment of the connection, so that one that answers with another
//! address the second time gains nothing. No proxy is used: behind one, names would be resolved by somebody else.

use std::{
    collections::HashSet,
    error::Error,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, OnceLock},
    time::Duration,
};

use axum::{
    body::Bytes,
    http::{HeaderMap, Method, StatusCode, header},
};
use reqwest::{
    Client, RequestBuilder, Response,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect::Policy,
};
use url::{Host, Url};

/// How long a connection may take to stand.
const CONNECT: Duration = Duration::from_secs(5);
/// How long all of a call may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Redirects that [`Outbound::get`] follows.
const REDIRECTS: usize = 5;

/// Why nothing came of a call. The texts may be shown to whoever gave the address.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    #[error("only http and https addresses can be called")]
    Scheme,
    #[error("the address lies inside the network")]
    Inside,
    #[error("nothing answered as it should: {0}")]
    Unreachable(String),
    #[error("the answer was {0}")]
    Status(StatusCode),
    #[error("the answer is over {0} bytes")]
    TooBig(usize),
    #[error("it redirects too often, or to nowhere")]
    Redirects,
}

impl From<reqwest::Error> for OutboundError {
    fn from(error: reqwest::Error) -> Self {
        let mut source = error.source();
        while let Some(cause) = source {
            if cause.is::<Inside>() {
                return Self::Inside;
            }
            source = cause.source();
        }
        Self::Unreachable(error.without_url().to_string())
    }
}

/// Whoever calls out.
#[derive(Debug, Clone)]
pub struct Outbound {
    clients: Arc<Clients>,
    allowed: Arc<Allowed>,
}

/// Made when they are first needed: each reads all certificates of the system, which takes as long as the rest of the
/// server's start.
#[derive(Debug, Default)]
struct Clients {
    /// None where TLS cannot be set up; then nothing is called, least of all by a client that guards nothing.
    checking: OnceLock<Option<Client>>,
    /// The same for servers whose certificate nobody signed.
    trusting: OnceLock<Option<Client>>,
}

/// What was answered to [`Outbound::get`].
#[derive(Debug)]
pub struct Answer {
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Outbound {
    /// `inside`: hosts (`hooks.example.org`, `10.0.0.5:8080`, `[::1]:9000`) that may be called though they lie inside.
    pub fn new(inside: &[String]) -> Self {
        let allowed = Arc::new(Allowed(inside.iter().map(|host| host.to_lowercase()).collect()));
        Self { clients: Arc::default(), allowed }
    }

    fn client(&self, trusting: bool) -> Option<&Client> {
        let kept = if trusting { &self.clients.trusting } else { &self.clients.checking };
        let make = || {
            Client::builder()
                .dns_resolver(Guard(self.allowed.clone()))
                .redirect(Policy::none())
                .no_proxy()
                .connect_timeout(CONNECT)
                .timeout(PATIENCE)
                .user_agent("TeleStack")
                .tls_danger_accept_invalid_certs(trusting)
                .build()
                .inspect_err(|error| tracing::error!(%error, "nothing can be called outside"))
                .ok()
        };
        kept.get_or_init(make).as_ref()
    }

    /// A request that may go out; its redirects are not followed.
    ///
    /// # Errors
    /// The address may not be called, as far as it can be told before its name is resolved.
    pub fn request(&self, method: Method, url: &Url) -> Result<RequestBuilder, OutboundError> {
        self.request_by(self.client(false), method, url)
    }

    /// The same without a look at the server's certificate, where whoever gave the address wants it so.
    ///
    /// # Errors
    /// As [`Outbound::request`].
    pub fn request_trusting(&self, method: Method, url: &Url) -> Result<RequestBuilder, OutboundError> {
        self.request_by(self.client(true), method, url)
    }

    fn request_by(
        &self,
        http: Option<&Client>,
        method: Method,
        url: &Url,
    ) -> Result<RequestBuilder, OutboundError> {
        self.check(url)?;
        let http = http.ok_or_else(|| OutboundError::Unreachable("TLS is not set up".into()))?;
        Ok(http.request(method, url.clone()))
    }

    /// An address of `host` that may be connected to, for what does not speak HTTP.
    ///
    /// # Errors
    /// The name leads nowhere, or only inside.
    pub async fn address(&self, host: &str, port: u16) -> Result<SocketAddr, OutboundError> {
        let host = host.trim_end_matches('.').to_lowercase();
        let found = tokio::time::timeout(CONNECT, tokio::net::lookup_host((host.as_str(), port))).await;
        let mut found = match found {
            Ok(Ok(found)) => found,
            Ok(Err(error)) => return Err(OutboundError::Unreachable(error.to_string())),
            Err(_) => return Err(OutboundError::Unreachable("the name is not answered for".into())),
        };
        let allowed = self.allowed.host(&host, port);
        found.find(|address| allowed || is_public(address.ip())).ok_or(OutboundError::Inside)
    }

    /// Whether the address may be called, as far as it can be told before its name is resolved.
    ///
    /// # Errors
    /// It may not.
    pub fn check(&self, url: &Url) -> Result<(), OutboundError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(OutboundError::Scheme);
        }
        let address: IpAddr = match url.host() {
            None => return Err(OutboundError::Scheme),
            Some(Host::Domain(_)) => return Ok(()),
            Some(Host::Ipv4(address)) => address.into(),
            Some(Host::Ipv6(address)) => address.into(),
        };
        if is_public(address) || self.allowed.url(url) { Ok(()) } else { Err(OutboundError::Inside) }
    }

    /// What is there, at most `limit` bytes; redirects are followed, each judged anew.
    ///
    /// # Errors
    /// It may not be called, nothing answers, or not with success and within the limit.
    pub async fn get(&self, url: &Url, limit: usize) -> Result<Answer, OutboundError> {
        let mut url = url.clone();
        for _ in 0..=REDIRECTS {
            let response = self.request(Method::GET, &url)?.send().await?;
            let status = response.status();
            if !status.is_redirection() {
                if !status.is_success() {
                    return Err(OutboundError::Status(status));
                }
                return Ok(Answer {
                    headers: response.headers().clone(),
                    body: bounded(response, limit).await?,
                });
            }
            let place = response.headers().get(header::LOCATION).and_then(|place| place.to_str().ok());
            url = place.and_then(|place| url.join(place).ok()).ok_or(OutboundError::Redirects)?;
        }
        Err(OutboundError::Redirects)
    }
}

/// The body of an answer, at most `limit` bytes of it.
///
/// # Errors
/// There is more, or it ends too early.
pub async fn bounded(mut response: Response, limit: usize) -> Result<Bytes, OutboundError> {
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await? {
        if body.len() + part.len() > limit {
            return Err(OutboundError::TooBig(limit));
        }
        body.extend_from_slice(&part);
    }
    Ok(body.into())
}

/// What an administrator lets us call inside, in lower case, with or without a port.
#[derive(Debug)]
struct Allowed(HashSet<String>);

impl Allowed {
    fn url(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        self.host(host, url.port_or_known_default().unwrap_or_default())
    }

    fn host(&self, host: &str, port: u16) -> bool {
        self.0.contains(host) || self.0.contains(&format!("{host}:{port}"))
    }

    /// The port is not known while a name is resolved.
    fn name(&self, name: &str) -> bool {
        let of_name = |entry: &String| {
            entry.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
        };
        self.0.iter().any(of_name)
    }
}

/// Resolves names to addresses outside only.
struct Guard(Arc<Allowed>);

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = self.0.name(name.as_str());
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let fine: Vec<SocketAddr> =
                found.into_iter().filter(|address| allowed || is_public(address.ip())).collect();
            if fine.is_empty() {
                return Err(Box::new(Inside) as Box<dyn Error + Send + Sync>);
            }
            Ok(Box::new(fine.into_iter()) as Addrs)
        })
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the name leads inside the network")]
struct Inside;

/// Whether an address belongs to the public internet (IANA's registries of special addresses).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => address.to_ipv4_mapped().map_or_else(|| is_public_v6(address), is_public_v4),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(a == 0
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || (a == 100 && b & 0xc0 == 64)
        || (a, b, c) == (192, 0, 0)
        || (a, b, c) == (192, 88, 99)
        || (a == 198 && b & 0xfe == 18)
        || a >= 224)
}

/// Only what is given out for use in the internet (`2000::/3`), without what tunnels to an address of version 4.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let special = a == 0x2002 || (a == 0x2001 && (b < 0x200 || b == 0xdb8)) || a == 0x3fff;
    a & 0xe000 == 0x2000 && !special
}

#[cfg(test)]
mod tests {
    use axum::{Router, response::Redirect, routing::get};
    use tokio::net::TcpListener;

    use super::*;

    fn url(text: &str) -> Url {
        text.parse().expect("a URL")
    }

    #[test]
    fn addresses_inside_are_known_in_every_spelling() {
        let outbound = Outbound::new(&[]);
        for inside in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://0/",
            "https://10.1.2.3/",
            "https://172.31.0.1/",
            "https://192.168.0.1:8080/",
            "http://169.254.169.254/latest/meta-data",
            "http://100.100.100.200/",
            "http://198.19.0.1/",
            "http://224.0.0.1/",
            "http://255.255.255.255/",
            "http://[::1]/",
            "http://[::]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[2002:7f00:1::]/",
            "http://[2001:0:1::]/",
            "http://[fc00::1]/",
            "http://[fe80::1]/",
            "http://[ff02::1]/",
        ] {
            assert!(matches!(outbound.check(&url(inside)), Err(OutboundError::Inside)), "{inside}");
        }
        for outside in ["http://1.1.1.1/", "https://example.org/", "http://[2606:4700:4700::1111]/"] {
            outbound.check(&url(outside)).expect(outside);
        }
        for other in ["file:///etc/passwd", "ftp://1.1.1.1/", "data:text/plain,x", "unix:/run/x"] {
            assert!(matches!(outbound.check(&url(other)), Err(OutboundError::Scheme)), "{other}");
        }
    }

    #[tokio::test]
    async fn what_speaks_no_http_is_let_in_by_the_same_rule() {
        let outbound = Outbound::new(&["127.0.0.1:2525".into()]);
        for (host, port) in [("localhost", 25), ("127.0.0.1", 25), ("169.254.169.254", 25), ("::1", 2525)] {
            let refused = outbound.address(host, port).await;
            assert!(matches!(refused, Err(OutboundError::Inside)), "{host}:{port} {refused:?}");
        }
        assert!(outbound.address("127.0.0.1", 2525).await.is_ok());
        assert!(outbound.address("1.1.1.1", 25).await.is_ok());
    }

    #[tokio::test]
    async fn a_name_or_a_redirect_that_leads_inside_is_refused_unless_allowed() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let router = Router::new()
            .route("/", get(|| async { "here" }))
            .route("/again", get(|| async { Redirect::temporary("/again") }))
            .route(
                "/inside",
                get(move || async move { Redirect::temporary(&format!("http://127.0.0.1:{port}/")) }),
            )
            .route("/much", get(|| async { "x".repeat(1000) }));
        tokio::spawn(async move { axum::serve(listener, router).await });

        let nothing = Outbound::new(&[]);
        let by_name = url(&format!("http://localhost:{port}/"));
        assert!(matches!(nothing.get(&by_name, 100).await, Err(OutboundError::Inside)));

        let named = Outbound::new(&["localhost".into()]);
        assert_eq!(named.get(&by_name, 100).await.expect("allowed").body, "here");
        let to_address = named.get(&by_name.join("/inside").expect("a URL"), 100).await;
        assert!(matches!(to_address, Err(OutboundError::Inside)), "{to_address:?}");

        let numbered = Outbound::new(&[format!("127.0.0.1:{port}")]);
        let at = |path: &str| url(&format!("http://127.0.0.1:{port}{path}"));
        assert_eq!(numbered.get(&at("/inside"), 100).await.expect("allowed").body, "here");
        assert!(matches!(numbered.get(&at("/again"), 100).await, Err(OutboundError::Redirects)));
        assert!(matches!(numbered.get(&at("/much"), 999).await, Err(OutboundError::TooBig(999))));
        assert!(matches!(
            numbered.get(&at("/none"), 100).await,
            Err(OutboundError::Status(StatusCode::NOT_FOUND))
        ));
        assert!(matches!(numbered.check(&url("http://127.0.0.1:1/")), Err(OutboundError::Inside)));
    }
}
