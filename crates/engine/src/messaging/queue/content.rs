//! What a message says, read when it goes out: files and addresses as they are then. What cannot be read keeps only its
//! own message waiting, and not the provider.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _};
use serde_json::Value;

use crate::{
    core::{app::App, messenger::MessageError, store::StoreError},
    messaging::{
        channel::Channel,
        messages::Message,
        senders::{Attachment, Content, Mail, Push},
    },
    storage::File,
};

pub async fn load(app: &Arc<App>, number: i64) -> Result<Content, MessageError> {
    let failed = |error: StoreError| MessageError::Later(error.to_string());
    let found = app.store.read(move |c| {
        let Some(message) = Message::find(c, number)? else { return Ok(None) };
        let [cc, bcc] = ["cc", "bcc"].map(|name| copies(c, number, &message.data[name]));
        Ok(Some((message, cc?, bcc?)))
    });
    let gone = || MessageError::Refused("the message is not there any more".into());
    let (message, cc, bcc) = found.await.map_err(failed)?.ok_or_else(gone)?;
    let text = |name: &str| message.data[name].as_str().unwrap_or_default().to_owned();
    match message.channel {
        Channel::Sms => Ok(Content::Text(text("content"))),
        Channel::Push => serde_json::from_value::<Push>(message.data)
            .map(Content::Push)
            .map_err(|error| MessageError::Refused(error.to_string())),
        Channel::Email => {
            let mut attachments = Vec::new();
            for named in message.data["attachments"].as_array().into_iter().flatten() {
                attachments.push(attached(app, named).await?);
            }
            let html = message.data["html"] == true;
            let (subject, content) = (text("subject"), text("content"));
            Ok(Content::Mail(Mail { subject, content, html, cc, bcc, attachments }))
        }
    }
}

/// The addresses of targets that get a copy; whoever gets the message itself gets none.
fn copies(c: &Connection, message: i64, ids: &Value) -> Result<Vec<String>, StoreError> {
    let mut found = Vec::new();
    let sql = "SELECT identifier FROM target WHERE id = ?1 AND kind = 'email'
           AND identifier NOT IN (SELECT identifier FROM delivery WHERE message = ?2)";
    let mut statement = c.prepare_cached(sql)?;
    for id in ids.as_array().into_iter().flatten().filter_map(Value::as_str) {
        let address: Option<String> =
            statement.query_row(rusqlite::params![id, message], |row| row.get(0)).optional()?;
        found.extend(address);
    }
    Ok(found)
}

async fn attached(app: &Arc<App>, named: &Value) -> Result<Attachment, MessageError> {
    let text = |name: &str| named[name].as_str().unwrap_or_default().to_owned();
    let (bucket, id) = (text("bucketId"), text("fileId"));
    let gone = || MessageError::Refused(format!("the attachment {} is not there any more", text("fileId")));
    let found = app.store.read(move |c| File::find(c, &bucket, &id)).await;
    let file = found.map_err(|error| MessageError::Later(error.to_string()))?;
    let file = file.filter(|file| file.complete).ok_or_else(gone)?;
    let unread = |_| MessageError::Later(format!("the attachment {} cannot be read", file.id));
    let bytes = file.content(app).await.map_err(unread)?;
    let name = file.name.rsplit('/').next().unwrap_or_default().to_owned();
    Ok(Attachment { name, mime: file.mime, bytes: bytes.into() })
}
