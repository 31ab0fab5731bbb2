//! The configuration that livekit-server is started with. JSON is YAML, so that is how it is written.

use serde_json::{Value, json};

use crate::{Config, Secrets};

/// livekit-server's configuration: our key, our webhook.
#[must_use]
pub fn livekit_config(config: &Config, secrets: &Secrets) -> Value {
    let port = config.livekit.url.port_or_known_default().unwrap_or(7880);
    let hook = format!("http://{}/telestack/v1/livekit/webhook", config.server.listen);
    let loopback = matches!(config.livekit.url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let mut settings = json!({
        "port": port,
        "rtc": {
            "tcp_port": config.livekit.tcp_port.unwrap_or(port + 1),
            "udp_port": config.livekit.udp_port.unwrap_or(port + 2),
            "use_external_ip": !loopback,
            "enable_loopback_candidate": loopback,
        },
        "keys": { &secrets.livekit_key: secrets.livekit_secret },
        "webhook": { "api_key": secrets.livekit_key, "urls": [hook] },
    });
    if loopback {
        settings["bind_addresses"] = json!(["127.0.0.1"]);
    }
    settings
}
