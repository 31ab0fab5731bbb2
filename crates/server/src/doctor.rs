//! `doctor`: looks at everything that can be wrong outside the program and says what to mend.

use std::time::Duration;

use anyhow::Result;
use chrono::{DateTime, Utc};
use reqwest::header;

use crate::{Config, Secrets};

/// Tokens live for a minute: clocks may not differ by more than this.
const CLOCK: i64 = 30;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub what: String,
    /// What to do where it is not in order.
    pub mend: Option<String>,
}

fn good(what: impl Into<String>) -> Finding {
    Finding { what: what.into(), mend: None }
}

fn bad(what: impl Into<String>, mend: impl Into<String>) -> Finding {
    Finding { what: what.into(), mend: Some(mend.into()) }
}

/// Looks at secrets, port, engines and clocks.
///
/// # Errors
/// TLS cannot be set up.
pub async fn examine(config: &Config) -> Result<Vec<Finding>> {
    let http = reqwest::Client::builder().timeout(Duration::from_secs(5)).build()?;
    let mut findings = vec![good("configuration is valid")];
    findings.push(match Secrets::load_or_create(&config.server.data_dir) {
        Ok(_) => good("secrets are there"),
        Err(error) => bad(
            format!("secrets: {error}"),
            "restore data_dir/secrets.toml from a backup; without it nobody can sign in",
        ),
    });
    let listen = config.server.listen;
    let health = format!("http://{listen}/health");
    findings.push(match (tokio::net::TcpListener::bind(listen).await, http.get(&health).send().await) {
        (Ok(_), _) => good(format!("port {} is free", listen.port())),
        (Err(_), Ok(_)) => good(format!("a server answers on port {}", listen.port())),
        (Err(error), Err(_)) => bad(
            format!("port {}: {error}", listen.port()),
            "stop what listens there, or set [server] listen to another port",
        ),
    });
    let homeserver = config.matrix.homeserver.join("/_matrix/client/versions")?;
    let answer = http.get(homeserver).send().await;
    let date = answer.as_ref().ok().and_then(|answer| answer.headers().get(header::DATE)?.to_str().ok());
    findings.extend(date.and_then(|date| clock(date, Utc::now())));
    findings.push(match answer {
        Ok(answer) if answer.status().is_success() => good("the homeserver answers"),
        Ok(answer) => bad(
            format!("the homeserver answers {}", answer.status()),
            "check that [matrix] homeserver is Synapse and not a proxy's error page",
        ),
        Err(_) => bad("the homeserver does not answer", "start Synapse, or correct [matrix] homeserver"),
    });
    let livekit = config.livekit.url.as_str().replacen("ws", "http", 1);
    findings.push(match http.get(livekit).send().await {
        Ok(answer) if answer.status().is_success() => good("LiveKit answers"),
        _ => bad("LiveKit does not answer", "start livekit-server, or correct [livekit] url"),
    });
    Ok(findings)
}

fn clock(date: &str, now: DateTime<Utc>) -> Option<Finding> {
    let theirs = DateTime::parse_from_rfc2822(date).ok()?.to_utc();
    let seconds = (theirs - now).num_seconds();
    Some(if seconds.abs() <= CLOCK {
        good("the homeserver's clock agrees")
    } else {
        bad(format!("the homeserver's clock differs by {seconds} s"), "set both machines' clocks by NTP")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_are_compared() {
        let now = DateTime::parse_from_rfc2822("Tue, 24 Nov 2026 10:00:00 GMT").expect("date").to_utc();
        assert_eq!(clock("Tue, 24 Nov 2026 10:00:20 GMT", now).expect("finding").mend, None);
        assert!(clock("Tue, 24 Nov 2026 11:00:00 GMT", now).expect("finding").mend.is_some());
        assert_eq!(clock("nonsense", now), None);
    }
}
