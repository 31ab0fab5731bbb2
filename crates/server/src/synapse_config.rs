//! The configuration that Synapse is started with. JSON is YAML, so that is how it is written.

use std::{fs, io, path::Path};

use serde_json::{Value, json};

use crate::{Config, Secrets};

/// Rate limits of Synapse by their place in its configuration, and what a person of an organisation needs: times a
/// second, and at once. Synapse's own are for strangers: ten messages, then one in five seconds; five sign-ins from a
/// whole office, then one in five minutes. Sign-in is limited where passwords are, in the backend.
const LIMITS: &[(&str, f64, u32)] = &[
    ("rc_message", 5.0, 50),
    // The first sign-in makes the account; nobody registers otherwise.
    ("rc_registration", 1.0, 50),
    ("rc_delayed_event_mgmt", 5.0, 20),
    ("rc_room_creation", 1.0, 20),
    ("rc_media_create", 5.0, 50),
    ("rc_user_directory", 5.0, 50),
    ("rc_profile", 1.0, 10),
    ("rc_key_requests", 20.0, 100),
    ("rc_presence.per_user", 1.0, 10),
    ("rc_login.address", 2.0, 200),
    ("rc_login.account", 0.5, 20),
    ("rc_login.failed_attempts", 0.2, 10),
    ("rc_joins.local", 2.0, 50),
    ("rc_joins_per_room", 5.0, 100),
    ("rc_invites.per_room", 2.0, 100),
    ("rc_invites.per_user", 2.0, 100),
    ("rc_invites.per_issuer", 2.0, 100),
];

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
        // Nobody has a password but for the minutes in which they confirm that it is they (docs/decisions/0004).
        "password_config": { "enabled": true },
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
    for (place, per_second, at_once) in LIMITS {
        let limit = if config.matrix.development {
            json!({ "per_second": 10000, "burst_count": 10000 })
        } else {
            json!({ "per_second": per_second, "burst_count": at_once })
        };
        match place.split_once('.') {
            Some((outer, inner)) => settings[outer][inner] = limit,
            None => settings[*place] = limit,
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_development_lifts_the_limits_and_strangers_stay_out() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("telestack.toml");
        fs::write(&path, crate::config::tests::text(folder.path())).expect("written");
        let secrets = Secrets::load_or_create(folder.path()).expect("secrets");
        let with = |development: &str| {
            let environment = [("TELESTACK__MATRIX__DEVELOPMENT".to_owned(), development.to_owned())];
            let config = Config::load(&path, environment.into_iter()).expect("valid");
            synapse_config(&config, &secrets)
        };
        let (real, development) = (with("false"), with("true"));
        assert_eq!(real["rc_message"], json!({ "per_second": 5.0, "burst_count": 50 }));
        assert_eq!(real["rc_login"]["failed_attempts"]["burst_count"], 10);
        assert_eq!(development["rc_presence"]["per_user"]["burst_count"], 10000);
        for settings in [real, development] {
            assert_eq!(
                (&settings["enable_registration"], &settings["password_config"]["enabled"]),
                (&json!(false), &json!(true))
            );
        }
    }
}
