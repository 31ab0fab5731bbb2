//! What a message names: targets, files and a picture. They must be there when it is written.

use axum::http::StatusCode;
use rusqlite::{Connection, params};
use serde_json::{Map, Value, json};

use crate::{
    core::{app::App, error::ApiError, ids, store::StoreError},
    messaging::channel::Channel,
    storage::{File, Token},
};

/// Bytes of a mail's attachments together: in a mail they take a third more, and few servers take more than 25 MiB.
pub const ATTACHED: i64 = 18 * 1024 * 1024;
/// How long a picture can be fetched after the message went out.
const PICTURE: i64 = 15 * 86_400_000;

/// Refuses targets that are not there or of another channel.
pub fn check_targets(c: &Connection, channel: Channel, ids: &[&str]) -> Result<(), StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM target WHERE id = ?1 AND kind = ?2)";
    let mut known = c.prepare_cached(sql)?;
    for id in ids {
        if !known.query_row([*id, channel.name()], |row| row.get::<_, bool>(0))? {
            let kind = match channel {
                Channel::Email => "message_target_not_email",
                Channel::Sms => "message_target_not_sms",
                Channel::Push => "message_target_not_push",
            };
            let message = format!("There is no target '{id}' for {} messages.", channel.name());
            return Err(ApiError::new(StatusCode::BAD_REQUEST, kind, message).into());
        }
    }
    Ok(())
}

/// Refuses what the fields of a message name and is not there; gives a picture the address where devices fetch it.
/// `out`: when the message goes out.
pub fn check_data(
    c: &Connection,
    app: &App,
    channel: Channel,
    data: &mut Map<String, Value>,
    out: i64,
) -> Result<(), StoreError> {
    for name in ["cc", "bcc"] {
        let ids: Vec<&str> = data
            .get(name)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        check_targets(c, channel, &ids)?;
    }
    let mut bytes = 0;
    for attached in data.get("attachments").and_then(Value::as_array).into_iter().flatten() {
        bytes += file(c, attached)?.size;
    }
    if bytes > ATTACHED {
        let message = format!("Attachments have at most {ATTACHED} bytes together, not {bytes}.");
        return Err(ApiError::argument(message).into());
    }
    if let Some(image) = data.get_mut("image") {
        let file = file(c, image)?;
        if !matches!(file.mime.as_str(), "image/png" | "image/jpeg") {
            let kind = "storage_file_type_unsupported";
            let message = "A message's picture is a PNG or a JPEG.";
            return Err(ApiError::new(StatusCode::BAD_REQUEST, kind, message).into());
        }
        image["url"] = json!(address(c, app, &file, out)?);
    }
    Ok(())
}

fn file(c: &Connection, named: &Value) -> Result<File, StoreError> {
    let text = |name: &str| named[name].as_str().unwrap_or_default();
    let found = File::find(c, text("bucketId"), text("fileId"))?.filter(|file| file.complete);
    Ok(found.ok_or_else(|| ApiError::not_found("storage_file_not_found", "A file"))?)
}

/// Where a device fetches a file that nobody else can: with a token of its own.
fn address(c: &Connection, app: &App, file: &File, out: i64) -> Result<String, StoreError> {
    let no_address =
        || ApiError::argument("Pictures need the address of this server, which is not configured.");
    let public = app.config.accounts.public_url.as_ref().ok_or_else(no_address)?;
    let token = Token {
        id: ids::unique(),
        file: file.number,
        bucket_id: file.bucket.clone(),
        file_id: file.id.clone(),
        expires: Some(out + PICTURE),
        accessed: app.now(),
        created: app.now(),
    };
    c.execute(
        "INSERT INTO file_token (id, file, expires, accessed, created) VALUES (?1, ?2, ?3, ?4, ?4)",
        params![token.id, token.file, token.expires, token.created],
    )?;
    let mut url = public.clone();
    url.set_path(&format!("/v1/storage/buckets/{}/files/{}/view", file.bucket, file.id));
    let secret = token.json(app)?["secret"].as_str().unwrap_or_default().to_owned();
    url.query_pairs_mut().append_pair("project", &app.config.project).append_pair("token", &secret);
    Ok(url.into())
}
