//! `GET /avatars/qr`: a text as a code that telephones read.

use axum::{
    http::{HeaderValue, header},
    response::Response,
};
use image::{GrayImage, Luma};
use qrcode::{Color, EcLevel, QrCode};

use super::{answer::drawn, size::number};
use crate::core::{
    error::{ApiError, ApiResult},
    routes::Call,
};

pub async fn show(call: Call) -> ApiResult<Response> {
    let text = call.query_value("text").ok_or_else(|| ApiError::argument("'text' is needed."))?.to_owned();
    let side = number(&call, "size", 1..=1000)?.unwrap_or(400);
    let margin = number(&call, "margin", 0..=10)?.unwrap_or(1);
    let saved = matches!(call.query_value("download"), Some("1" | "true"));
    let (side, margin) = (u32::try_from(side).unwrap_or(400), u32::try_from(margin).unwrap_or(1));
    let mut answer = drawn(&call.app, move || {
        let picture = draw(&text, side, margin);
        picture.map(Into::into).ok_or_else(|| ApiError::argument("'text' is too long for a code."))
    })
    .await?;
    if saved {
        let name = HeaderValue::from_static("attachment; filename=\"qr.png\"");
        answer.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(answer)
}

/// As many whole pixels for each module as there is room for, in the middle. None where no code holds the text.
fn draw(text: &str, side: u32, margin: u32) -> Option<GrayImage> {
    // With as much to spare for damage as there is room for.
    let levels = [EcLevel::M, EcLevel::L];
    let code = levels.into_iter().find_map(|level| QrCode::with_error_correction_level(text, level).ok())?;
    let modules = u32::try_from(code.width()).ok()?;
    let all = modules + 2 * margin;
    let dark = |x: u32, y: u32| x < modules && y < modules && code[(x as usize, y as usize)] == Color::Dark;
    let pixels = side / all;
    Some(GrayImage::from_fn(side, side, |x, y| {
        let at = |pixel: u32| match pixels {
            // Too small for any camera, and still a picture of what was asked for.
            0 => (pixel * all / side).checked_sub(margin),
            _ => pixel.checked_sub((side - all * pixels) / 2)?.checked_div(pixels)?.checked_sub(margin),
        };
        let is_dark = at(x).zip(at(y)).is_some_and(|(x, y)| dark(x, y));
        Luma([if is_dark { 0 } else { 255 }])
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_corners_and_a_margin() {
        let picture = draw("https://example.org", 250, 4).expect("drawn");
        assert_eq!(picture.dimensions(), (250, 250));
        let dark: Vec<_> = picture.enumerate_pixels().filter(|(.., pixel)| pixel.0[0] == 0).collect();
        let (left, right) = (
            dark.iter().map(|(x, ..)| *x).min().expect("dark"),
            dark.iter().map(|(x, ..)| *x).max().expect("dark"),
        );
        // Version 2 has 25 modules, with its margin 33: seven pixels each.
        assert_eq!((left, right - left + 1), (9 + 4 * 7, 25 * 7));
        let module = |x: u32, y: u32| picture.get_pixel(left + x * 7 + 3, left + y * 7 + 3).0[0] == 0;
        for (x, y) in [(0, 0), (18, 0), (0, 18)] {
            assert!(module(x, y) && !module(x + 1, y + 1) && module(x + 3, y + 3), "{x} {y}");
        }
    }

    #[test]
    fn what_is_too_small_or_too_long_is_no_crash() {
        assert!(draw("x", 1, 10).is_some() && draw("", 30, 0).is_some());
        assert!(draw(&"x".repeat(2900), 1000, 0).is_some());
        assert!(draw(&"x".repeat(3000), 1000, 0).is_none());
    }
}
