//! Our own name and picture.

use std::time::Duration;

use matrix_sdk::Client;
use tokio::time::timeout;

use crate::{ChatError, picture};

const PATIENCE: Duration = Duration::from_secs(60);
const LONGEST_NAME: usize = 256;

pub async fn set(client: &Client, name: &str, avatar: Option<(String, Vec<u8>)>) -> Result<(), ChatError> {
    let name = name.trim();
    if name.is_empty() || name.len() > LONGEST_NAME {
        return Err(ChatError::Invalid("the name".to_owned()));
    }
    let set = async {
        let account = client.account();
        if account.get_display_name().await?.as_deref() != Some(name) {
            account.set_display_name(Some(name)).await?;
        }
        if let Some((said, bytes)) = avatar {
            let mime = picture::sniff(&bytes).unwrap_or(said);
            let mime = mime.parse().map_err(|_| ChatError::Invalid("the kind of picture".to_owned()))?;
            account.upload_avatar(&mime, bytes).await?;
        }
        Ok(())
    };
    timeout(PATIENCE, set).await.map_err(|_| ChatError::Offline)?
}
