//! The tray icon with the number of unread messages drawn on it.

/// Digits, three pixels by five, rows from the top, the leftmost pixel in the highest of three bits.
const DIGITS: [[u8; 5]; 10] = [
    [0b111, 0b101, 0b101, 0b101, 0b111],
    [0b010, 0b110, 0b010, 0b010, 0b111],
    [0b111, 0b001, 0b111, 0b100, 0b111],
    [0b111, 0b001, 0b111, 0b001, 0b111],
    [0b101, 0b101, 0b111, 0b001, 0b001],
    [0b111, 0b100, 0b111, 0b001, 0b111],
    [0b111, 0b100, 0b111, 0b101, 0b111],
    [0b111, 0b001, 0b010, 0b010, 0b010],
    [0b111, 0b101, 0b111, 0b101, 0b111],
    [0b111, 0b101, 0b111, 0b001, 0b111],
];
const PLUS: [u8; 5] = [0b000, 0b010, 0b111, 0b010, 0b000];

const RED: [u8; 4] = [0xd9, 0x2d, 0x3a, 0xff];
const WHITE: [u8; 4] = [0xff, 0xff, 0xff, 0xff];

/// `icon` (RGBA, `size` by `size`) with a red disc at its lower right that says how many, `9+` from ten on.
pub fn draw(icon: &[u8], size: u32, count: u32) -> Vec<u8> {
    let mut pixels = icon.to_vec();
    if count == 0 {
        return pixels;
    }
    let glyphs: Vec<[u8; 5]> = match DIGITS.get(count as usize) {
        Some(digit) => vec![*digit],
        None => vec![DIGITS[9], PLUS],
    };
    // Sizes for 32 pixels, scaled to whole pixels.
    let scale = (size / 16).max(1);
    let columns = u32::try_from(glyphs.len()).unwrap_or(1) * 4 - 1;
    let (width, height) = (columns * scale, 5 * scale);
    let diameter = height.max(width) + 4 * scale;
    let (left, top) = (size.saturating_sub(diameter), size.saturating_sub(diameter));
    let mut put = |x: u32, y: u32, colour: [u8; 4]| {
        if x < size && y < size {
            let at = ((y * size + x) * 4) as usize;
            if let Some(pixel) = pixels.get_mut(at..at + 4) {
                pixel.copy_from_slice(&colour);
            }
        }
    };
    for y in 0..diameter {
        for x in 0..diameter {
            // Twice the distance from the middle, to stay with whole numbers.
            let from_middle = |at: u32| (2 * at + 1).abs_diff(diameter);
            if from_middle(x).pow(2) + from_middle(y).pow(2) <= diameter.pow(2) {
                put(left + x, top + y, RED);
            }
        }
    }
    let (text_left, text_top) = (left + (diameter - width) / 2, top + (diameter - height) / 2);
    for (place, glyph) in (0u32..).zip(&glyphs) {
        for (row, bits) in (0u32..).zip(glyph) {
            for column in (0..3u32).filter(|column| bits >> (2 - column) & 1 == 1) {
                for (dx, dy) in (0..scale).flat_map(|dy| (0..scale).map(move |dx| (dx, dy))) {
                    put(text_left + (place * 4 + column) * scale + dx, text_top + row * scale + dy, WHITE);
                }
            }
        }
    }
    pixels
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reds(pixels: &[u8]) -> usize {
        pixels.chunks(4).filter(|pixel| *pixel == RED).count()
    }

    #[test]
    fn nothing_unread_leaves_the_icon_as_it_is() {
        let icon = vec![7; 32 * 32 * 4];
        assert_eq!(draw(&icon, 32, 0), icon);
    }

    #[test]
    fn numbers_differ_and_stay_within_the_icon() {
        let icon = vec![0; 32 * 32 * 4];
        let drawn: Vec<Vec<u8>> = (1..=11).map(|count| draw(&icon, 32, count)).collect();
        for (index, one) in drawn.iter().enumerate() {
            assert_eq!(one.len(), icon.len());
            assert!(reds(one) > 80, "{index}");
            // The upper left quarter still shows whose icon it is.
            assert!((0..12).all(|y| one[y * 32 * 4..y * 32 * 4 + 12 * 4].iter().all(|byte| *byte == 0)));
        }
        assert_ne!(drawn[0], drawn[1]);
        assert_eq!(drawn[9], drawn[10]);
    }

    #[test]
    fn odd_sizes_do_not_fail() {
        for size in [1, 8, 22, 33] {
            assert_eq!(
                draw(&vec![0; (size * size * 4) as usize], size, 12).len(),
                (size * size * 4) as usize
            );
        }
    }
}
