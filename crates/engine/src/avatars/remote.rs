//! `GET /avatars/image`: a picture of another site, decoded and encoded anew, so that nothing but pixels comes through.

use std::io::Cursor;

use axum::{http::StatusCode, response::Response};
use image::{DynamicImage, ImageFormat, ImageReader, Limits};
use telestack_avif::{self as avif, AvifError};
use url::Url;

use super::{
    answer::{PATIENCE, busy, drawn},
    size::{Size, fit},
};
use crate::core::{
    app::App,
    error::{ApiError, ApiResult},
    outbound::OutboundError,
    routes::Call,
};

/// Bytes of a picture at most.
const LARGEST: usize = 10 * 1024 * 1024;
/// Pixels of one side, and bytes that decoding may take: a small file may unpack to any size.
const SIDE: u32 = 8000;
const MEMORY: u64 = 128 * 1024 * 1024;
/// Pixels of an AVIF, of which each may take twelve bytes.
const AVIF_PIXELS: u32 = 10_000_000;

pub async fn show(call: Call) -> ApiResult<Response> {
    let size = Size::read(&call, 400)?;
    let url = address(&call)?;
    let answer = call.app.outbound.get(&url, LARGEST).await.map_err(|error| failed(&error))?;
    let avif = if image::guess_format(&answer.body).ok() == Some(ImageFormat::Avif) {
        Some(read_outside(&call.app, &answer.body).await?)
    } else {
        None
    };
    drawn(&call.app, move || {
        let picture = avif.or_else(|| decode(&answer.body)).ok_or_else(no_picture)?;
        Ok(fit(picture, size).ok_or_else(no_picture)?.into())
    })
    .await
}

/// AVIF is read by a process of its own.
async fn read_outside(app: &App, bytes: &[u8]) -> ApiResult<DynamicImage> {
    let program = app.config.avif_reader.as_deref().ok_or_else(no_picture)?;
    let turn = tokio::time::timeout(PATIENCE, app.pictures.acquire()).await;
    let _turn = turn.map_err(|_| busy())?.map_err(|_| busy())?;
    avif::read(program, bytes, AVIF_PIXELS).await.map_err(|error| match error {
        AvifError::TooLarge | AvifError::Damaged => no_picture(),
        AvifError::Process(error) => {
            tracing::error!(%error, "AVIF files cannot be read");
            busy()
        }
    })
}

/// The address in the parameter `url`.
pub fn address(call: &Call) -> ApiResult<Url> {
    let url = call.query_value("url").and_then(|text| text.parse().ok());
    url.ok_or_else(|| ApiError::argument("'url' is an address that begins with http:// or https://."))
}

pub fn failed(error: &OutboundError) -> ApiError {
    match error {
        OutboundError::Scheme | OutboundError::Inside => ApiError::argument(format!("'url': {error}.")),
        _ => ApiError::new(StatusCode::NOT_FOUND, "avatar_remote_url_failed", format!("'url': {error}.")),
    }
}

pub fn no_picture() -> ApiError {
    ApiError::new(
        StatusCode::NOT_FOUND,
        "avatar_image_not_found",
        "There is no picture at this address: no PNG, JPEG, WebP, GIF, AVIF or ICO, or one that is too large.",
    )
}

/// The first picture in the bytes, whatever they are called. None where there is none within the limits.
pub fn decode(bytes: &[u8]) -> Option<DynamicImage> {
    let format = image::guess_format(bytes).ok()?;
    let known = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif, ImageFormat::Ico];
    if !known.contains(&format) {
        return None;
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE);
    limits.max_image_height = Some(SIDE);
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    reader.decode().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn png(side: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image::GrayImage::new(side, side).write_to(&mut bytes, ImageFormat::Png).expect("written");
        bytes.into_inner()
    }

    #[test]
    fn only_pictures_within_the_limits_are_decoded() {
        assert!(decode(&png(30)).is_some());
        let mut bomb = png(30);
        bomb.splice(16..24, [0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
        assert!(decode(&bomb).is_none());
        assert!(decode(&png(SIDE + 1)).is_none());
        assert!(decode(b"<svg xmlns='http://www.w3.org/2000/svg'/>").is_none());
        assert!(decode(b"<!doctype html><script>alert(1)</script>").is_none());
        assert!(decode(b"").is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn damage_is_no_crash(cut in 0usize..120, at in 0usize..120, byte in any::<u8>()) {
            let mut bytes = png(16);
            let at = at % bytes.len();
            bytes[at] = byte;
            bytes.truncate(bytes.len() - cut % bytes.len());
            let _ = decode(&bytes);
        }
    }
}
