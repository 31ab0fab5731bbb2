//! What a message says, in our words.

use matrix_sdk::ruma::{
    UInt,
    events::room::{
        ImageInfo,
        message::{FormattedBody, MessageFormat, MessageType},
    },
};
use matrix_sdk_ui::timeline::{MsgLikeKind, TimelineItemContent};

use crate::{
    html,
    view::{Body, FileCard, Preview},
};

/// The body of an item; `card` is what the caller found in its JSON.
pub fn body(content: &TimelineItemContent, card: Option<FileCard>, mentions_me: bool) -> Body {
    if let Some(card) = card {
        return Body::Card(card);
    }
    match content {
        TimelineItemContent::MsgLike(message) => match &message.kind {
            MsgLikeKind::Message(message) => of_message(message.msgtype(), mentions_me),
            MsgLikeKind::Redacted => Body::Redacted,
            MsgLikeKind::UnableToDecrypt(_) => Body::Undecryptable,
            MsgLikeKind::Sticker(sticker) => plain(sticker.content().body.clone(), mentions_me),
            MsgLikeKind::Poll(poll) => {
                poll.fallback_text().map_or(Body::Unsupported, |text| plain(text, mentions_me))
            }
            _ => Body::Unsupported,
        },
        TimelineItemContent::CallInvite => Body::Call { notification: false },
        TimelineItemContent::RtcNotification { .. } => Body::Call { notification: true },
        _ => Body::Unsupported,
    }
}

fn plain(text: String, mentions_me: bool) -> Body {
    Body::Text { text, html: None, emote: false, mentions_me }
}

fn of_message(message: &MessageType, mentions_me: bool) -> Body {
    let text = |text: &str, formatted: Option<&FormattedBody>, emote: bool| Body::Text {
        text: text.to_owned(),
        html: formatted
            .filter(|body| body.format == MessageFormat::Html)
            .and_then(|body| html::sanitise(&body.body)),
        emote,
        mentions_me,
    };
    match message {
        MessageType::Text(content) => text(&content.body, content.formatted.as_ref(), false),
        MessageType::Notice(content) => text(&content.body, content.formatted.as_ref(), false),
        MessageType::Emote(content) => text(&content.body, content.formatted.as_ref(), true),
        MessageType::ServerNotice(content) => text(&content.body, None, false),
        MessageType::Location(content) => text(&content.body, None, false),
        MessageType::Image(content) => {
            let info = content.info.as_deref();
            Body::Image {
                name: content.filename().to_owned(),
                mime: info.and_then(|info| info.mimetype.clone()).unwrap_or_else(|| "image/*".to_owned()),
                width: info.and_then(|info| pixels(info.width)),
                height: info.and_then(|info| pixels(info.height)),
                size: info.and_then(|info| bytes(info.size)),
                blurhash: info.and_then(blurhash),
                caption: content.caption().map(str::to_owned),
            }
        }
        MessageType::File(content) => {
            let info = content.info.as_deref();
            file(
                content.filename(),
                info.and_then(|i| i.mimetype.as_deref()),
                info.and_then(|i| bytes(i.size)),
            )
        }
        MessageType::Audio(content) => {
            let info = content.info.as_deref();
            file(
                content.filename(),
                info.and_then(|i| i.mimetype.as_deref()),
                info.and_then(|i| bytes(i.size)),
            )
        }
        MessageType::Video(content) => {
            let info = content.info.as_deref();
            file(
                content.filename(),
                info.and_then(|i| i.mimetype.as_deref()),
                info.and_then(|i| bytes(i.size)),
            )
        }
        _ => Body::Unsupported,
    }
}

fn file(name: &str, mime: Option<&str>, size: Option<f64>) -> Body {
    Body::File { name: name.to_owned(), mime: mime.unwrap_or("application/octet-stream").to_owned(), size }
}

fn pixels(value: Option<UInt>) -> Option<u32> {
    value.and_then(|value| u32::try_from(value).ok())
}

fn bytes(value: Option<UInt>) -> Option<f64> {
    value.map(|value| u64::from(value) as f64)
}

fn blurhash(info: &ImageInfo) -> Option<String> {
    info.blurhash.clone().filter(|hash| hash.is_ascii() && hash.len() <= 200)
}

/// One line of text for lists and quotes.
const LONGEST_PREVIEW: usize = 200;

pub fn preview(content: &TimelineItemContent, card: Option<FileCard>) -> Preview {
    match content {
        TimelineItemContent::MembershipChange(_) | TimelineItemContent::ProfileChange(_) => {
            Preview::Membership
        }
        _ => of_body(body(content, card, false)),
    }
}

/// Of a message that is not in a timeline yet.
pub fn preview_of(message: &MessageType, card: Option<FileCard>) -> Preview {
    of_body(card.map_or_else(|| of_message(message, false), Body::Card))
}

fn of_body(body: Body) -> Preview {
    match body {
        Body::Text { text, html, .. } => {
            Preview::Text { text: one_line(&html.map_or(text, |html| html::text(&html))) }
        }
        Body::Image { .. } => Preview::Image,
        Body::File { name, .. } => Preview::File { name },
        Body::Card(card) => Preview::Card { name: card.name },
        Body::Call { .. } => Preview::Call,
        Body::Redacted => Preview::Redacted,
        Body::Undecryptable => Preview::Undecryptable,
        Body::Unsupported => Preview::Other,
    }
}

pub fn one_line(text: &str) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.chars().count() > LONGEST_PREVIEW {
            return line.chars().take(LONGEST_PREVIEW).chain(['\u{2026}']).collect();
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_is_one_short_line() {
        assert_eq!(one_line("  a\n\n b\tc "), "a b c");
        assert_eq!(one_line(&"word ".repeat(100)).chars().count(), LONGEST_PREVIEW + 1);
    }
}
