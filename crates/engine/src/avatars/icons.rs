//! `GET /avatars/flags`, `/browsers` and `/credit-cards`: pictures that are in the program (`data/avatars/make.mjs`).

use axum::{http::StatusCode, response::Response};
use image::ImageFormat;

use super::{
    answer::drawn,
    size::{Size, fit},
};
use crate::core::{
    error::{ApiError, ApiResult},
    routes::Call,
};

const FLAGS: &[u8] = include_bytes!("../../data/avatars/flags.pack");
const BROWSERS: &[u8] = include_bytes!("../../data/avatars/browsers.pack");
const CARDS: &[u8] = include_bytes!("../../data/avatars/credit-cards.pack");

pub async fn flag(call: Call) -> ApiResult<Response> {
    show(call, FLAGS).await
}

pub async fn browser(call: Call) -> ApiResult<Response> {
    show(call, BROWSERS).await
}

pub async fn card(call: Call) -> ApiResult<Response> {
    show(call, CARDS).await
}

async fn show(call: Call, pack: &'static [u8]) -> ApiResult<Response> {
    let size = Size::read(&call, 100)?;
    let picture = find(pack, &call.param("code").to_lowercase()).ok_or_else(unknown)?;
    drawn(&call.app, move || {
        let picture =
            image::load_from_memory_with_format(picture, ImageFormat::WebP).map_err(|_| unknown())?;
        Ok(fit(picture, size).ok_or_else(unknown)?.into())
    })
    .await
}

fn unknown() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "avatar_icon_not_found", "There is no picture for this code.")
}

/// A picture of a pack: lines of `code length`, an empty line, then the pictures one after the other.
fn find(pack: &'static [u8], code: &str) -> Option<&'static [u8]> {
    let end = pack.windows(2).position(|two| two == b"\n\n")?;
    let (index, pictures) = (std::str::from_utf8(&pack[..end]).ok()?, &pack[end + 2..]);
    let mut from = 0;
    for line in index.lines() {
        let (known, length) = line.split_once(' ')?;
        let to = from + length.parse::<usize>().ok()?;
        if known == code {
            return pictures.get(from..to);
        }
        from = to;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_picture_of_the_packs_can_be_read() {
        for (pack, least) in [(FLAGS, 249), (BROWSERS, 10), (CARDS, 8)] {
            let end = pack.windows(2).position(|two| two == b"\n\n").expect("an index");
            let index = std::str::from_utf8(&pack[..end]).expect("text");
            assert!(index.lines().count() >= least, "{index}");
            for line in index.lines() {
                let (code, _) = line.split_once(' ').expect("code and length");
                let bytes = find(pack, code).expect(code);
                let picture = image::load_from_memory_with_format(bytes, ImageFormat::WebP).expect(code);
                assert!(picture.width() >= 100 && picture.height() >= 60, "{code}");
            }
        }
        assert_eq!(find(FLAGS, "zz"), None);
        assert_eq!(find(FLAGS, ""), None);
    }
}
