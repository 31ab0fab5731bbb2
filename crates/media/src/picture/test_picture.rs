//! The moving picture that stands in for a camera in tests.

use super::{Picture, code, half};

/// Draws the same pictures for the same hue and number.
#[derive(Debug, Clone)]
pub struct TestPicture {
    width: u32,
    height: u32,
    /// What never moves, drawn once.
    ground: Picture,
}

impl TestPicture {
    /// `hue` 0..6 chooses one of six colours, so that people can be told apart.
    #[must_use]
    pub fn new(width: u32, height: u32, hue: u32) -> Self {
        const COLOURS: [[u8; 2]; 6] = [[100, 190], [90, 110], [170, 100], [160, 160], [110, 150], [140, 90]];
        let [u, v] = COLOURS[hue as usize % COLOURS.len()];
        let mut ground = Picture::filled(width, height, 0, [110, u, v]);
        let (width, height) = (ground.width(), ground.height());
        let [luma, ..] = ground.planes_mut();
        for (row, line) in luma.chunks_exact_mut(width as usize).enumerate() {
            // A gentle gradient shows whether the picture stands upright.
            line.fill(u8::try_from(80 + row * 60 / height as usize).unwrap_or(110));
        }
        Self { width, height, ground }
    }

    /// The picture of this number, captured now.
    #[must_use]
    pub fn draw(&self, number: u32, captured: i64) -> Picture {
        let mut picture = self.ground.clone();
        picture.captured = captured;
        let (width, height) = (self.width, self.height);
        let [luma, u, v] = picture.planes_mut();
        // A bar wanders over the sides in four seconds at 30 pictures a second.
        let bar = (width / 24).max(2);
        let left = (number % 120 * (width - bar.min(width)) / 119).min(width - 1);
        let columns = left as usize..((left + bar).min(width)) as usize;
        for line in luma.chunks_exact_mut(width as usize) {
            line[columns.clone()].fill(210);
        }
        let columns = columns.start / 2..columns.end / 2;
        for plane in [u, v] {
            for line in plane.chunks_exact_mut(half(width) as usize) {
                line[columns.clone()].fill(128);
            }
        }
        code::draw(luma, width, height, code::Stamp { number, captured });
        picture
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::read_stamp;

    #[test]
    fn every_picture_says_its_number_and_time() {
        let camera = TestPicture::new(1280, 720, 2);
        for number in [0, 1, 59, 60, 119, 120, 1_000_000, u32::MAX] {
            let captured = 1_795_579_200_000_000 + i64::from(number) * 16;
            let stamp = read_stamp(&camera.draw(number, captured)).expect("a readable stamp");
            assert_eq!((stamp.number, stamp.captured), (number, captured));
        }
    }

    #[test]
    fn hues_can_be_told_apart() {
        let colours: Vec<[f64; 3]> =
            (0..6).map(|hue| TestPicture::new(320, 180, hue).draw(0, 0).mean_rgb()).collect();
        for (at, one) in colours.iter().enumerate() {
            for other in &colours[at + 1..] {
                let apart: f64 = one.iter().zip(other).map(|(a, b)| (a - b).abs()).sum();
                assert!(apart > 20.0, "{one:?} and {other:?}");
            }
        }
    }
}
