//! Scaling to the size a tile is shown in, so that no more pixels cross to the window than it draws.

use std::borrow::Cow;

use fast_image_resize::{
    FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer,
    images::{Image, ImageRef},
};

use super::{MAX_SIDE, Picture, chroma_bytes, half, i420_bytes, luma_bytes};

/// The size in which a picture is sent to a tile: aspect kept, never enlarged, even sides. The window may cut the
/// picture to fill the tile, so the smaller fitting side decides.
#[must_use]
pub fn shown_size(picture: (u32, u32), tile: (u32, u32)) -> (u32, u32) {
    let (width, height) = picture;
    let factor = f64::max(ratio(tile.0, width), ratio(tile.1, height)).min(1.0);
    if factor >= 1.0 && width <= MAX_SIDE && height <= MAX_SIDE {
        return picture;
    }
    let factor = factor.min(ratio(MAX_SIDE, width)).min(ratio(MAX_SIDE, height));
    (even(width, factor), even(height, factor))
}

fn ratio(part: u32, whole: u32) -> f64 {
    f64::from(part) / f64::from(whole.max(1))
}

fn even(side: u32, factor: f64) -> u32 {
    // In range: `factor` is at most 1 and the sides are at most 65 thousand.
    let half = (f64::from(side) * factor / 2.0).round() as u32;
    (2 * half.max(1)).min(side.max(1))
}

/// Keeps buffers and coefficients from frame to frame: one per tile.
#[derive(Default)]
pub struct Scaler {
    resizer: Resizer,
}

impl std::fmt::Debug for Scaler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Scaler")
    }
}

impl Scaler {
    /// The picture in the size of `shown_size`. None where the resizer refuses a size.
    pub fn scale<'a>(&mut self, picture: &'a Picture, tile: (u32, u32)) -> Option<Cow<'a, Picture>> {
        let from = (picture.width(), picture.height());
        let to = shown_size(from, tile);
        if to == from {
            return Some(Cow::Borrowed(picture));
        }
        let mut planes = vec![0; i420_bytes(to.0, to.1)];
        let (y, rest) = planes.split_at_mut(luma_bytes(to.0, to.1));
        let (u, v) = rest.split_at_mut(chroma_bytes(to.0, to.1));
        let small = |(width, height): (u32, u32)| (half(width), half(height));
        self.plane(picture.y(), from, y, to)?;
        self.plane(picture.u(), small(from), u, small(to))?;
        self.plane(picture.v(), small(from), v, small(to))?;
        Picture::new(to.0, to.1, picture.captured(), planes).map(Cow::Owned)
    }

    fn plane(&mut self, source: &[u8], from: (u32, u32), target: &mut [u8], to: (u32, u32)) -> Option<()> {
        let source = ImageRef::new(from.0, from.1, source, PixelType::U8).ok()?;
        let mut target = Image::from_slice_u8(to.0, to.1, target, PixelType::U8).ok()?;
        let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
        self.resizer.resize(&source, &mut target, Some(&options)).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_tile_is_filled_and_nothing_is_enlarged() {
        assert_eq!(shown_size((1280, 720), (640, 360)), (640, 360));
        assert_eq!(shown_size((1280, 720), (360, 360)), (640, 360));
        assert_eq!(shown_size((320, 180), (640, 360)), (320, 180));
        assert_eq!(shown_size((8192, 4096), (9000, 9000)), (4096, 2048));
    }

    proptest! {
        #[test]
        fn sizes_keep_their_shape(w in 2..5000u32, h in 2..5000u32, tw in 1..3000u32, th in 1..3000u32) {
            let (width, height) = shown_size((w, h), (tw, th));
            prop_assert!(width <= w && height <= h && width >= 1 && height >= 1);
            prop_assert!(width <= MAX_SIDE && height <= MAX_SIDE);
            if (width, height) != (w, h) {
                prop_assert!(width % 2 == 0 && height % 2 == 0);
                // The shape may be off by what rounding to even sides costs.
                let off = (f64::from(width) / f64::from(w) - f64::from(height) / f64::from(h)).abs();
                prop_assert!(off <= 2.0 / f64::from(w) + 2.0 / f64::from(h));
            }
        }

        #[test]
        fn scaling_keeps_the_colour(y: u8, u: u8, v: u8, w in 2..300u32, h in 2..300u32, tw in 1..200u32, th in 1..200u32) {
            let picture = Picture::filled(w, h, 7, [y, u, v]);
            let scaled = Scaler::default().scale(&picture, (tw, th)).expect("legal sizes").into_owned();
            prop_assert_eq!((scaled.width(), scaled.height()), shown_size((w, h), (tw, th)));
            prop_assert_eq!(scaled.captured(), 7);
            prop_assert!(scaled.y().iter().all(|&at| at.abs_diff(y) <= 1));
            prop_assert!(scaled.u().iter().all(|&at| at.abs_diff(u) <= 1));
            prop_assert!(scaled.v().iter().all(|&at| at.abs_diff(v) <= 1));
        }
    }
}
