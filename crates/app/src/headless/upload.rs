//! `upload`: one file into Files.

use std::{path::Path, time::Duration};

use serde_json::json;
use telestack_app::{
    ApiError, App, ErrorCode,
    view::{Drive, UploadState},
};
use telestack_model::ListDiff;
use tokio::time::timeout;

use super::{say, told::Told};

const DRIVES: Duration = Duration::from_secs(30);

pub async fn upload(app: &App, file: &Path, drive: Option<&str>) -> Result<(), ApiError> {
    let path = std::path::absolute(file).map_err(|fault| ErrorCode::NotFound.with(fault))?;
    let path = path.to_str().ok_or_else(|| ErrorCode::Invalid.with("the path is no text"))?.to_owned();
    let drive = match drive {
        Some(drive) => drive.to_owned(),
        None => first_drive(app).await?,
    };
    let (sink, mut told) = Told::new();
    app.uploads(sink).await?;
    app.upload(drive, String::new(), vec![path]).await?;
    loop {
        for upload in told.next().await?.iter().flat_map(ListDiff::items) {
            say(&json!({ "event": "upload", "upload": upload }))?;
            match &upload.state {
                UploadState::Done => return Ok(()),
                UploadState::Failed { code } => {
                    return Err(ErrorCode::FilesUnavailable.with(format!("the upload failed: {code}")));
                }
                UploadState::Waiting | UploadState::Running | UploadState::Paused | UploadState::Offline => {}
            }
        }
    }
}

async fn first_drive(app: &App) -> Result<String, ApiError> {
    let (sink, mut told) = Told::<Vec<Drive>>::new();
    app.drives(sink).await?;
    let first = async {
        loop {
            if let Some(drive) = told.next().await?.into_iter().find(|drive| !drive.read_only) {
                return Ok(drive.id);
            }
        }
    };
    timeout(DRIVES, first).await.unwrap_or_else(|_| Err(ErrorCode::NotFound.with("there is no drive")))
}
