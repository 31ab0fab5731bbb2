//! Frame number and capture time as a block code inside the test picture, readable after VP8 and after scaling to
//! 160 pixels of width.
//!
//! A square of 10x10 cells in the middle of the picture, 8/9 of its height a side, so that it survives a tile that
//! cuts the sides. Corner cells are white, black (top) and black, white (bottom); they give the threshold. The other
//! 96 cells, row by row, most significant bit first, are 32 bits of frame number, 48 bits of capture time in units
//! of 16 Unix microseconds, and a CRC-16/CCITT-FALSE of those ten bytes.

use super::Picture;

const SIDE: u32 = 10;
const CORNERS: [u32; 4] = [0, SIDE - 1, SIDE * (SIDE - 1), SIDE * SIDE - 1];
const WHITE: u8 = 200;
const BLACK: u8 = 50;
/// Less contrast than this between the corners is no code.
const LEAST_CONTRAST: f64 = 40.0;
const TIME_UNIT: i64 = 16;

/// What a test picture says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    pub number: u32,
    /// Unix microseconds, in steps of 16.
    pub captured: i64,
}

impl Stamp {
    fn bytes(self) -> [u8; 12] {
        let mut bytes = [0; 12];
        bytes[..4].copy_from_slice(&self.number.to_be_bytes());
        bytes[4..10].copy_from_slice(&(self.captured / TIME_UNIT).to_be_bytes()[2..]);
        let check = crc16(&bytes[..10]);
        bytes[10..].copy_from_slice(&check.to_be_bytes());
        bytes
    }

    fn from_bytes(bytes: [u8; 12]) -> Option<Self> {
        let (body, check) = bytes.split_at(10);
        if crc16(body).to_be_bytes() != check {
            return None;
        }
        let mut number = [0; 4];
        number.copy_from_slice(&body[..4]);
        let mut time = [0; 8];
        time[2..].copy_from_slice(&body[4..]);
        Some(Self { number: u32::from_be_bytes(number), captured: i64::from_be_bytes(time) * TIME_UNIT })
    }
}

/// Where the code is, in pixels: left, top and the side of one cell. Fractions matter in small pictures.
fn place(width: u32, height: u32) -> (f64, f64, f64) {
    let square = f64::from(height) * 8.0 / 9.0;
    ((f64::from(width) - square) / 2.0, (f64::from(height) - square) / 2.0, square / f64::from(SIDE))
}

/// Draws the stamp into a luma plane.
pub fn draw(luma: &mut [u8], width: u32, height: u32, stamp: Stamp) {
    let bytes = stamp.bytes();
    let mut bits = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| (byte >> bit) & 1 == 1));
    for cell in 0..SIDE * SIDE {
        let white = match CORNERS.iter().position(|&corner| corner == cell) {
            Some(corner) => corner == 0 || corner == 3,
            None => bits.next().unwrap_or(false),
        };
        let (columns, rows) = extent(width, height, cell, 0.0);
        for row in rows {
            luma[row * width as usize..][columns.clone()].fill(if white { WHITE } else { BLACK });
        }
    }
}

/// The pixels of a cell without a margin, a share of its side, on every edge.
fn extent(
    width: u32,
    height: u32,
    cell: u32,
    margin: f64,
) -> (std::ops::Range<usize>, std::ops::Range<usize>) {
    let (left, top, side) = place(width, height);
    let range = |origin: f64, index: u32, limit: u32| {
        let from = origin + side * (f64::from(index) + margin);
        let to = origin + side * (f64::from(index + 1) - margin);
        // At least one pixel, inside the picture.
        let from = (from.round().max(0.0) as usize).min(limit as usize - 1);
        from..(to.round().max(0.0) as usize).clamp(from + 1, limit as usize)
    };
    (range(left, cell % SIDE, width), range(top, cell / SIDE, height))
}

/// What the picture says about itself; none where it is no test picture or too damaged.
#[must_use]
pub fn read_stamp(picture: &Picture) -> Option<Stamp> {
    let (width, height) = (picture.width(), picture.height());
    let brightness = |cell: u32| {
        let (columns, rows) = extent(width, height, cell, 0.3);
        let count = (columns.len() * rows.len()) as f64;
        let sum: u64 = rows
            .flat_map(|row| &picture.y()[row * width as usize..][columns.clone()])
            .map(|&value| u64::from(value))
            .sum();
        sum as f64 / count
    };
    let [white, black, other_black, other_white] = CORNERS.map(brightness);
    if white.min(other_white) - black.max(other_black) < LEAST_CONTRAST {
        return None;
    }
    let threshold = (white + black + other_black + other_white) / 4.0;
    let mut bytes = [0; 12];
    let data = (0..SIDE * SIDE).filter(|cell| !CORNERS.contains(cell));
    for (at, cell) in data.enumerate() {
        bytes[at / 8] = (bytes[at / 8] << 1) | u8::from(brightness(cell) > threshold);
    }
    Stamp::from_bytes(bytes)
}

fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xffff, |crc, &byte| {
        (0..8).fold(crc ^ (u16::from(byte) << 8), |crc, _| {
            if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
        })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::picture::Scaler;

    fn stamped(width: u32, height: u32, stamp: Stamp) -> Picture {
        let mut picture = Picture::filled(width, height, 0, [120, 100, 160]);
        let [luma, ..] = picture.planes_mut();
        draw(luma, width, height, stamp);
        picture
    }

    /// What a codec at a low rate does to luma: a coarse step and noise.
    fn damaged(picture: &Picture, step: u8, seed: u64) -> Picture {
        let mut state = seed | 1;
        let mut planes = picture.planes().to_vec();
        for value in &mut planes {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let noise = i16::try_from(state >> 59).unwrap_or(0) - 16;
            let coarse = i16::from(*value / step * step) + i16::from(step / 2);
            *value = u8::try_from((coarse + noise).clamp(0, 255)).unwrap_or(0);
        }
        Picture::new(picture.width(), picture.height(), 0, planes).expect("the same size")
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn survives_scaling_and_a_coarse_codec(
            number: u32, units in 0..1i64 << 47, width in 160..1280u32, step in 1..40u8, seed: u64,
        ) {
            let stamp = Stamp { number, captured: units * TIME_UNIT };
            let picture = stamped(1280, 720, stamp);
            let scaled = Scaler::default().scale(&picture, (width, 1)).expect("legal sizes").into_owned();
            prop_assert_eq!(read_stamp(&damaged(&scaled, step, seed)), Some(stamp));
        }

        #[test]
        fn survives_being_drawn_in_any_size(number: u32, width in 160..1400u32, height in 90..800u32) {
            prop_assume!(width >= height);
            let stamp = Stamp { number, captured: 1_800_000_000_000_000 };
            prop_assert_eq!(read_stamp(&stamped(width, height, stamp)), Some(stamp));
        }

        #[test]
        fn other_pictures_say_nothing(planes in proptest::collection::vec(any::<u8>(), 64 * 36 * 3 / 2)) {
            let picture = Picture::new(64, 36, 0, planes).expect("a fitting size");
            prop_assert_eq!(read_stamp(&picture), None);
        }

        #[test]
        fn reading_tiny_pictures_is_harmless(width in 1..20u32, height in 1..20u32) {
            prop_assert_eq!(read_stamp(&Picture::filled(width, height, 0, [200, 128, 128])), None);
        }
    }

    #[test]
    fn the_check_sum_is_the_known_one() {
        assert_eq!(crc16(b"123456789"), 0x29b1);
    }
}
