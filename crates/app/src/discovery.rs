//! From what a person types as a server to what a TeleStack server says of itself.

use std::time::Duration;

use telestack_model::WellKnown;
use url::Url;

use crate::{ApiError, ErrorCode, view::ServerInfo};

/// A clock that differs by more makes tokens invalid before or after their time.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(5 * 60);

/// The addresses to try for what was typed: as it stands with a scheme; else https, and http for loopback only.
pub fn candidates(typed: &str) -> Result<Vec<Url>, ApiError> {
    let typed = typed.trim();
    let invalid = || ErrorCode::Invalid.with("a server name looks like example.org");
    let parse = |text: &str| Url::parse(text).ok().filter(Url::has_host).ok_or_else(invalid);
    if typed.is_empty() || typed.contains(char::is_whitespace) {
        return Err(invalid());
    }
    let candidates = if typed.contains("://") {
        vec![parse(typed)?]
    } else {
        let https = parse(&format!("https://{typed}"))?;
        let loopback = matches!(https.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if loopback { vec![parse(&format!("http://{typed}"))?, https] } else { vec![https] }
    };
    for url in &candidates {
        let loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if !(url.scheme() == "https" || url.scheme() == "http" && loopback) {
            return Err(ErrorCode::Invalid.with("a server outside this computer must be reached by https"));
        }
    }
    Ok(candidates)
}

/// Asks the server for `/.well-known/telestack` and checks that its clock agrees with `now` (Unix ms).
pub async fn discover(typed: &str, now: i64) -> Result<WellKnown, ApiError> {
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(10))
        .redirect(reqwest::redirect::Policy::limited(3))
        .build()
        .map_err(|error| ErrorCode::Internal.with(error))?;
    let mut last = ErrorCode::NotFoundServer.with("no address to try");
    for base in candidates(typed)? {
        match ask(&client, &base).await {
            Ok(answer) => {
                let tolerance = i64::try_from(CLOCK_TOLERANCE.as_millis()).unwrap_or(i64::MAX);
                if (answer.time - now).abs() > tolerance {
                    return Err(ErrorCode::ClockOff
                        .with(format!("the clocks differ by {} s", (answer.time - now) / 1000)));
                }
                return Ok(answer);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

async fn ask(client: &reqwest::Client, base: &Url) -> Result<WellKnown, ApiError> {
    const LIMIT: usize = 64 * 1024;
    let url = base.join("/.well-known/telestack").map_err(|error| ErrorCode::Invalid.with(error))?;
    let mut response = client.get(url).send().await.map_err(|error| connect_error(&error))?;
    if !response.status().is_success() {
        return Err(ErrorCode::NotTelestack.with(format!("the server answered {}", response.status())));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| connect_error(&error))? {
        body.extend_from_slice(&chunk);
        if body.len() > LIMIT {
            return Err(ErrorCode::NotTelestack.with("the server's answer is too long"));
        }
    }
    serde_json::from_slice(&body).map_err(|error| ErrorCode::NotTelestack.with(error))
}

fn connect_error(error: &reqwest::Error) -> ApiError {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(current) = source {
        if current.downcast_ref::<rustls::Error>().is_some() {
            return ErrorCode::UntrustedCertificate.with(error);
        }
        // An io::Error keeps what it wraps to itself: get_ref, not source.
        source = match current.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => current.source(),
        };
    }
    ErrorCode::NotFoundServer.with(error)
}

impl From<&WellKnown> for ServerInfo {
    fn from(server: &WellKnown) -> Self {
        Self {
            name: server.name.clone(),
            url: server.server.to_string(),
            version: server.version.clone(),
            sign_up: server.features.sign_up,
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[test]
    fn a_bare_name_is_https_and_loopback_may_be_plain() {
        let texts = |typed| candidates(typed).map(|urls| urls.iter().map(Url::to_string).collect::<Vec<_>>());
        assert_eq!(texts("example.org ").expect("valid"), ["https://example.org/"]);
        assert_eq!(
            texts("127.0.0.1:7600").expect("valid"),
            ["http://127.0.0.1:7600/", "https://127.0.0.1:7600/"]
        );
    }

    #[test]
    fn what_is_no_server_is_refused_before_anything_is_sent() {
        for typed in ["", "   ", "a b", "http://example.org", "ftp://example.org", "https://"] {
            assert_eq!(candidates(typed).map_err(|e| e.code), Err(ErrorCode::Invalid), "{typed}");
        }
    }

    async fn answering(body: String) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("port");
        let address = listener.local_addr().expect("address").to_string();
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let mut request = [0; 4096];
                let _ = socket.read(&mut request).await;
                let head =
                    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
                let _ = socket.write_all((head + body.as_str()).as_bytes()).await;
            }
        });
        address
    }

    fn document(time: i64) -> String {
        serde_json::json!({
            "name": "Northlight", "version": "0.1.0", "server": "http://127.0.0.1:7600/",
            "appwrite": {"endpoint": "http://127.0.0.1:7600/v1", "project": "telestack"},
            "matrix": {"homeserver": "http://127.0.0.1:7601", "serverName": "localhost"},
            "livekit": {"url": "ws://127.0.0.1:7602", "service": "http://127.0.0.1:7600"},
            "features": {"signUp": true, "calls": true}, "time": time,
        })
        .to_string()
    }

    #[tokio::test]
    async fn a_telestack_server_is_found_and_its_clock_compared() {
        let hour = 3_600_000;
        let address = answering(document(10 * hour)).await;
        assert_eq!(discover(&address, 10 * hour).await.expect("found").name, "Northlight");
        assert_eq!(discover(&address, 11 * hour).await.map_err(|e| e.code).err(), Some(ErrorCode::ClockOff));
    }

    #[tokio::test]
    async fn another_server_and_none_are_told_apart() {
        let address = format!("http://{}", answering("<html>".into()).await);
        assert_eq!(discover(&address, 0).await.map_err(|e| e.code).err(), Some(ErrorCode::NotTelestack));
        let closed = format!("http://{}", {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("port");
            listener.local_addr().expect("address")
        });
        assert_eq!(discover(&closed, 0).await.map_err(|e| e.code).err(), Some(ErrorCode::NotFoundServer));
        let long = format!("http://{}", answering("x".repeat(100_000)).await);
        assert_eq!(discover(&long, 0).await.map_err(|e| e.code).err(), Some(ErrorCode::NotTelestack));
    }
}
