//! telestack-server: configuration, secrets, composition of engine and gateway on one listener, `doctor`.

pub mod care;
mod clock;
mod config;
mod doctor;
mod files;
mod health;
mod keys;
mod livekit_config;
mod messages;
mod metrics;
mod open_files;
mod projects;
mod refusals;
mod run;
mod secrets;
mod serving;
mod synapse_config;

pub use config::{Config, ConfigError};
pub use doctor::{Finding, examine};
pub use files::new_key;
pub use keys::{NewKey, create_key};
pub use livekit_config::livekit_config;
pub use projects::{create_project, list_projects};
pub use run::{Server, serve};
pub use secrets::Secrets;
pub use synapse_config::{synapse_config, write_private, write_synapse_config};
