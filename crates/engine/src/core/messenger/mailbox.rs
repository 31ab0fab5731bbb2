//! A folder instead of the world, for development: one file of one JSON line for each message.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use serde_json::{Value, json};

use super::{Message, MessageError};
use crate::core::{clock::iso, ids};

/// `{"channel","to","subject","text","html","time"}` in files whose names sort in the order of sending.
#[derive(Debug, Clone)]
pub struct Mailbox {
    folder: PathBuf,
    sent: Arc<AtomicU64>,
}

impl Mailbox {
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, sent: Arc::default() }
    }

    pub async fn put(&self, message: &Message, now: i64) -> Result<(), MessageError> {
        let line = json!({
            "channel": message.channel.name(),
            "to": message.to,
            "subject": message.subject,
            "text": message.text,
            "html": message.html,
            "time": iso(now),
        });
        self.put_line(&line, now).await
    }

    /// A message of any shape, as one line.
    pub async fn put_line(&self, line: &Value, now: i64) -> Result<(), MessageError> {
        let number = self.sent.fetch_add(1, Ordering::Relaxed);
        let file = self.folder.join(format!("{now:013}-{number:06}-{}.json", ids::unique()));
        let part = file.with_extension("part");
        let written = async {
            tokio::fs::create_dir_all(&self.folder).await?;
            tokio::fs::write(&part, format!("{line}\n")).await?;
            // Renamed into place, so that nobody reads half a message.
            tokio::fs::rename(&part, &file).await
        };
        written.await.map_err(|error| MessageError::Refused(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::messenger::Channel;

    #[tokio::test]
    async fn a_message_is_one_line_in_one_file() {
        let folder = tempfile::tempdir().expect("folder");
        let mailbox = Mailbox::new(folder.path().join("mailbox"));
        let message = Message {
            channel: Channel::Sms,
            to: "+4930123456".into(),
            subject: String::new(),
            text: "Two\nlines".into(),
            html: String::new(),
        };
        mailbox.put(&message, 0).await.expect("put");
        mailbox.put(&message, 0).await.expect("put");
        let mut files = std::fs::read_dir(folder.path().join("mailbox")).expect("folder");
        let text = std::fs::read_to_string(files.next().expect("a file").expect("entry").path());
        let text = text.expect("text");
        assert_eq!(text.lines().count(), 1);
        let line: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!((&line["channel"], &line["text"]), (&json!("sms"), &json!("Two\nlines")));
        assert_eq!(line["time"], "1970-01-01T00:00:00.000+00:00");
        assert_eq!(files.count(), 1);
    }
}
