//! What is pasted into the window: the bytes and what they are in one body, for generated bindings know JSON alone.
//! A path never comes this way.

use serde::Deserialize;
use tauri::{
    State,
    ipc::{InvokeBody, Request},
};
use telestack_app::{ApiError, App, ErrorCode};

/// The command's name, which is not among the generated ones.
pub const SEND_PASTED: &str = "send_pasted";
/// What is larger is a file somewhere, which is chosen or dropped and read from the disk in parts.
const MOST: usize = 64 * 1024 * 1024;
/// Names and captions are short.
const MOST_ABOUT: usize = 128 * 1024;

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct About {
    room_id: String,
    name: String,
    caption: Option<String>,
}

#[tauri::command]
pub async fn send_pasted(app: State<'_, App>, request: Request<'_>) -> Result<(), ApiError> {
    let InvokeBody::Raw(body) = request.body() else {
        return Err(ErrorCode::Invalid.with("bytes are wanted"));
    };
    let (about, bytes) = split(body)?;
    app.send_pasted(about.room_id, about.name, bytes.to_vec(), about.caption).await
}

/// Four bytes say how long the JSON is that follows, least first; the rest is what was pasted.
fn split(body: &[u8]) -> Result<(About, &[u8]), ApiError> {
    let invalid = || ErrorCode::Invalid.with("this is nothing that was pasted");
    let (length, rest) = body.split_first_chunk::<4>().ok_or_else(invalid)?;
    let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| invalid())?;
    if length > MOST_ABOUT {
        return Err(invalid());
    }
    let (about, bytes) = rest.split_at_checked(length).ok_or_else(invalid)?;
    if bytes.len() > MOST {
        return Err(ErrorCode::TooLarge.with("more than is pasted"));
    }
    let about = serde_json::from_slice(about).map_err(|_| invalid())?;
    Ok((about, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(about: &str, bytes: &[u8]) -> Vec<u8> {
        let length = u32::try_from(about.len()).expect("short").to_le_bytes();
        [&length, about.as_bytes(), bytes].concat()
    }

    #[test]
    fn what_it_is_and_the_bytes_come_apart() {
        let body = body(r#"{"roomId":"!a:x","name":"image.png","caption":null}"#, b"\x89PNG");
        let (about, bytes) = split(&body).expect("pasted");
        assert_eq!((about.room_id.as_str(), about.name.as_str(), about.caption), ("!a:x", "image.png", None));
        assert_eq!(bytes, b"\x89PNG");
    }

    #[test]
    fn nonsense_is_refused_and_so_is_too_much() {
        let long = [&u32::MAX.to_le_bytes()[..], b"x"].concat();
        for refused in [&b""[..], b"\x01", b"\x05\0\0\0{}", &body("no JSON", b""), &long] {
            assert_eq!(split(refused).map_err(|error| error.code), Err(ErrorCode::Invalid), "{refused:?}");
        }
        let huge = body(r#"{"roomId":"","name":"","caption":null}"#, &vec![0; MOST + 1]);
        assert_eq!(split(&huge).map_err(|error| error.code), Err(ErrorCode::TooLarge));
    }
}
