//! Codes for cameras, drawn on this computer: what is in them is nobody else's.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

use crate::view::Qr;

/// None where no code holds the text.
pub(crate) fn draw(text: &str) -> Option<Qr> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let side = code.width();
    let mut path = String::new();
    for y in 0..side {
        let mut x = 0;
        while x < side {
            let begin = x;
            while x < side && code[(x, y)] == Color::Dark {
                x += 1;
            }
            if x == begin {
                x += 1;
            } else {
                // A string takes everything.
                let _ = write!(path, "M{begin} {y}h{run}v1h-{run}z", run = x - begin);
            }
        }
    }
    Some(Qr { side: u32::try_from(side).ok()?, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_corners() {
        let drawn = draw("https://example.org").expect("short enough");
        assert_eq!(drawn.side, 25);
        // The upper edge of the two upper corners, and the lower edge of the third.
        assert!(drawn.path.starts_with("M0 0h7v1h-7z"), "{}", drawn.path);
        assert!(
            drawn.path.contains("M18 0h7v1h-7z") && drawn.path.contains("M0 24h7v1h-7z"),
            "{}",
            drawn.path
        );
    }

    #[test]
    fn what_is_too_long_is_not_drawn() {
        assert!(draw(&"x".repeat(3000)).is_none());
    }
}
