//! Opens the SDK's client over the encrypted store.

use std::{sync::Once, time::Duration};

use matrix_sdk::{
    Client, SqliteStoreConfig,
    config::RequestConfig,
    cross_process_lock::CrossProcessLockConfig,
    encryption::{BackupDownloadStrategy, EncryptionSettings},
};

use crate::{ChatConfig, ChatError};

/// A homeserver that does not answer within this is treated as away; uploads have their own limit.
const REQUEST: Duration = Duration::from_secs(20);

/// The SDK reaches TLS through rustls, which wants exactly one crypto provider for the whole process.
fn choose_tls() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error says that the program has chosen already.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    });
}

/// No network is needed: everything comes from the configuration and the store.
pub async fn open(config: &ChatConfig) -> Result<Client, ChatError> {
    choose_tls();
    let store = SqliteStoreConfig::new(&config.store_dir).key(Some(&config.store_key)).pool_max_size(4);
    let client = Client::builder()
        .homeserver_url(&config.homeserver)
        .respect_login_well_known(false)
        .sqlite_store_with_config_and_cache_path(store, None::<&std::path::Path>)
        .request_config(RequestConfig::new().timeout(REQUEST).retry_limit(3))
        // The app makes sure that a profile is opened by one process; a lease would outlive a killed one.
        .cross_process_store_config(CrossProcessLockConfig::SingleProcess)
        .with_encryption_settings(EncryptionSettings {
            // `set_up_encryption` does both, so that their errors reach somebody.
            auto_enable_cross_signing: false,
            auto_enable_backups: false,
            backup_download_strategy: BackupDownloadStrategy::AfterDecryptionFailure,
        })
        .build()
        .await?;
    Ok(client)
}
