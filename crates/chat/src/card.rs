//! File cards: `org.telestack.file`, a field of an `m.room.message`. Clients that do not know it show the text.

use matrix_sdk::ruma::{events::AnyMessageLikeEventContent, serde::Raw};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{ChatError, view::FileCard};

const FIELD: &str = "org.telestack.file";
const LONGEST: usize = 1_024;
/// Begins the text that stands for a card elsewhere.
const TEXT: &str = "\u{1f4ce} ";

#[derive(Deserialize)]
struct Content {
    #[serde(rename = "org.telestack.file")]
    card: FileCard,
}

/// The card in the content of a message, where there is a well-formed one.
pub fn of_content<T>(content: &Raw<T>) -> Option<FileCard> {
    let Content { card } = serde_json::from_str(content.json().get()).ok()?;
    is_sane(&card).then_some(card)
}

/// The card in a whole event.
pub fn of_event<T>(event: &Raw<T>) -> Option<FileCard> {
    of_content(&event.get_field::<Raw<Value>>("content").ok()??)
}

/// Whether a text of ours may stand for a card, so that looking is worth it.
pub fn may_be(text: &str) -> bool {
    text.starts_with(TEXT)
}

pub fn content(card: &FileCard) -> Result<Raw<AnyMessageLikeEventContent>, ChatError> {
    if !is_sane(card) {
        return Err(ChatError::Invalid("the file card".to_owned()));
    }
    let content = json!({ "msgtype": "m.text", "body": format!("{TEXT}{}", card.name), FIELD: card });
    let raw = Raw::new(&content).map_err(|error| ChatError::Other(error.to_string()))?;
    Ok(raw.cast_unchecked())
}

fn is_sane(card: &FileCard) -> bool {
    [&card.bucket, &card.file, &card.name].iter().all(|text| !text.is_empty() && text.len() <= LONGEST)
        && card.mime.len() <= LONGEST
        && card.size.is_finite()
        && card.size >= 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card() -> FileCard {
        FileCard {
            bucket: "files".into(),
            file: "f1".into(),
            name: "Plan.pdf".into(),
            mime: "application/pdf".into(),
            size: 12.0,
        }
    }

    #[test]
    fn a_card_comes_back_and_has_a_text_for_others() {
        let raw = content(&card()).expect("a card");
        assert_eq!(of_content(&raw), Some(card()));
        let text: Value = serde_json::from_str(raw.json().get()).expect("JSON");
        assert!(text["body"].as_str().is_some_and(|body| may_be(body) && body.ends_with("Plan.pdf")));
    }

    #[test]
    fn nonsense_is_no_card() {
        let long = FileCard { name: "x".repeat(LONGEST + 1), ..card() };
        assert!(content(&long).is_err());
        let raw = Raw::new(&json!({ "body": "x", FIELD: { "bucket": 3 } })).expect("JSON");
        assert_eq!(of_content(&raw), None);
    }
}
