//! Capitals and digits drawn into a picture.

use ab_glyph::{Font as _, FontRef, OutlinedGlyph, PxScale, ScaleFont as _, point};
use image::{Rgba, RgbaImage};

/// Inter, as far as names begin with it (`data/avatars/make.mjs`).
const FONT: &[u8] = include_bytes!("../../data/avatars/capitals.ttf");
/// How much of the shorter side a line of letters is high.
const HIGH: f32 = 0.55;

fn font() -> Option<FontRef<'static>> {
    FontRef::try_from_slice(FONT).ok()
}

/// Whether a letter can be drawn.
pub fn has(letter: char) -> bool {
    font().is_some_and(|font| font.glyph_id(letter).0 != 0)
}

/// Draws `text` into the middle.
pub fn draw(picture: &mut RgbaImage, text: &str, ink: Rgba<u8>) {
    let Some(font) = font() else { return };
    let (width, height) = picture.dimensions();
    #[expect(clippy::cast_precision_loss, reason = "at most 2000 pixels")]
    let (wide, high) = (width as f32, height as f32);
    let scale = PxScale::from(wide.min(high) * HIGH);
    let scaled = font.as_scaled(scale);
    let mut right = 0.0;
    let mut glyphs: Vec<OutlinedGlyph> = Vec::new();
    for letter in text.chars() {
        let id = scaled.glyph_id(letter);
        glyphs.extend(font.outline_glyph(id.with_scale_and_position(scale, point(right, 0.0))));
        right += scaled.h_advance(id);
    }
    let Some(bounds) = glyphs.iter().map(OutlinedGlyph::px_bounds).reduce(|all, one| {
        let min = point(all.min.x.min(one.min.x), all.min.y.min(one.min.y));
        ab_glyph::Rect { min, max: point(all.max.x.max(one.max.x), all.max.y.max(one.max.y)) }
    }) else {
        return;
    };
    let left = ((wide - bounds.width()) / 2.0 - bounds.min.x).round();
    let top = ((high - bounds.height()) / 2.0 - bounds.min.y).round();
    for glyph in glyphs {
        let at = glyph.px_bounds().min;
        glyph.draw(|x, y, coverage| {
            #[expect(clippy::cast_precision_loss, reason = "at most 2000 pixels")]
            let (x, y) = (left + at.x + x as f32, top + at.y + y as f32);
            if x < 0.0 || y < 0.0 || x >= wide || y >= high {
                return;
            }
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "inside the picture")]
            let pixel = picture.get_pixel_mut(x as u32, y as u32);
            for (under, ink) in pixel.0.iter_mut().zip(ink.0) {
                let mixed =
                    f32::from(*under) + (f32::from(ink) - f32::from(*under)) * coverage.clamp(0.0, 1.0);
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "between two bytes"
                )]
                let mixed = mixed.round() as u8;
                *under = mixed;
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_stand_in_the_middle_and_differ() {
        let (white, ink) = (Rgba([255; 4]), Rgba([0, 0, 0, 255]));
        let drawn = |text: &str, width, height| {
            let mut picture = RgbaImage::from_pixel(width, height, white);
            draw(&mut picture, text, ink);
            picture
        };
        let picture = drawn("HH", 200, 100);
        let dark: Vec<(u32, u32)> = picture
            .enumerate_pixels()
            .filter(|(.., pixel)| pixel.0[0] < 128)
            .map(|(x, y, _)| (x, y))
            .collect();
        let (left, right) = (dark.iter().map(|(x, _)| *x).min(), dark.iter().map(|(x, _)| *x).max());
        let (top, bottom) = (dark.iter().map(|(_, y)| *y).min(), dark.iter().map(|(_, y)| *y).max());
        let apart = |one: Option<u32>, other: Option<u32>, whole: u32| {
            (one.expect("drawn") + other.expect("drawn")).abs_diff(whole)
        };
        assert!(
            apart(left, right, 199) <= 2 && apart(top, bottom, 99) <= 2,
            "{left:?} {right:?} {top:?} {bottom:?}"
        );
        assert_ne!(drawn("A", 50, 50), drawn("B", 50, 50));
        assert_eq!(drawn("", 50, 50), RgbaImage::from_pixel(50, 50, white));
        drawn("ÅЖ", 1, 1);
        drawn("WW", 2000, 1);
    }
}
