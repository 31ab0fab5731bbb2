//! HTTP clients of servers whose addresses are known.

use reqwest::ClientBuilder;
use url::Url;

/// A client that calls nothing but these. Without TLS among them the system's certificates are not read: reading them takes
/// as long as the rest of a server's start, for each client anew.
pub fn client_of(servers: &[&Url]) -> ClientBuilder {
    let builder = reqwest::Client::builder();
    let plain = servers.iter().all(|url| matches!(url.scheme(), "http" | "ws"));
    if plain { builder.tls_certs_only([]) } else { builder }
}
