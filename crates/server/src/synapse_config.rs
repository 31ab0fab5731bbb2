//! The configuration that Synapse is started with. JSON is YAML, so that is how it is written.

use std::{fs, io, path::Path};

use serde_json::{Value, json};

use crate::{Config, Secrets};

/// Rate limits of Synapse that development lifts.
const LIMITS: &[&str] =
    &["rc_message", "rc_registration", "rc_admin_redaction", "rc_room_creation", "rc_delayed_event_mgmt"];

/// `homeserver.yaml`: sign-in by our JWT, calls by our gateway, nothing open to strangers.
#[must_use]
pub fn synapse_config(config: &Config, secrets: &Secrets) -> Value {
    let homeserver = &config.matrix.homeserver;
    let base = format!("{}/", homeserver.as_str().trim_end_matches('/'));
    let service = config.server.public_url.as_str().trim_end_matches('/');
    let transport = json!([{ "type": "livekit", "livekit_service_url": service }]);
    let mut settings = json!({
        "server_name": config.matrix.server_name,
        "public_baseurl": base,
        "pid_file": "homeserver.pid",
        "signing_key_path": "signing.key",
        "media_store_path": "media",
        "listeners": [{
            "port": homeserver.port_or_known_default().unwrap_or(8008), "type": "http", "tls": false,
            "bind_addresses": ["127.0.0.1"], "x_forwarded": true,
            "resources": [{ "names": ["client", "federation", "openid"], "compress": false }],
        }],
        "database": { "name": "sqlite3", "args": { "database": "homeserver.db" } },
        "report_stats": false,
        "suppress_key_server_warning": true,
        "trusted_key_servers": [],
        "enable_registration": false,
        "password_config": { "enabled": false },
        "registration_shared_secret": secrets.matrix_registration,
        "macaroon_secret_key": secrets.matrix_macaroon,
        "form_secret": secrets.matrix_form,
        "jwt_config": {
            "enabled": true, "secret": secrets.matrix_jwt, "algorithm": "HS256", "subject_claim": "sub",
            "display_name_claim": "name", "issuer": "telestack", "audiences": ["synapse"],
        },
        "extra_well_known_client_content": { "org.matrix.msc4143.rtc_foci": transport },
        "matrix_rtc": { "transports": transport },
        "max_event_delay_duration": "24h",
        "experimental_features": {
            "msc3266_enabled": true, "msc4222_enabled": true, "msc4140_enabled": true, "msc4143_enabled": true,
            "msc4306_enabled": true, "msc4354_enabled": true,
        },
        "user_directory": { "enabled": true, "search_all_users": true, "prefer_local_users": true },
    });
    if config.matrix.development {
        let open = json!({ "per_second": 10000, "burst_count": 10000 });
        for name in LIMITS {
            settings[*name] = open.clone();
        }
        settings["rc_login"] = json!({ "address": open, "account": open, "failed_attempts": open });
        settings["rc_joins"] = json!({ "local": open, "remote": open });
        settings["rc_invites"] = json!({ "per_room": open, "per_user": open, "per_issuer": open });
    }
    settings
}

/// Writes `homeserver.yaml` into `folder`, readable for the owner only: it holds secrets.
///
/// # Errors
/// The folder cannot be written.
pub fn write_synapse_config(config: &Config, secrets: &Secrets, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    write_private(&folder.join("homeserver.yaml"), &synapse_config(config, secrets))
}

/// Writes a configuration with secrets in it.
pub fn write_private(path: &Path, settings: &Value) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    serde_json::to_writer_pretty(file, settings).map_err(io::Error::other)
}
