//! How large a picture is wanted, and a picture made so large.

use fast_image_resize::ResizeOptions;
use image::{DynamicImage, RgbaImage};

use crate::core::{
    error::{ApiError, ApiResult},
    resize::resize,
    routes::Call,
};

/// Width and height that can be asked for.
const SIDE: u32 = 2000;

/// 0 follows from the other side; both 0: as large as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

impl Size {
    /// What the call asks for; a side that it does not name is `usual`.
    pub fn read(call: &Call, usual: u32) -> ApiResult<Self> {
        // PNG loses nothing: a quality is accepted and changes nothing.
        number(call, "quality", -1..=100)?;
        let side = |name| {
            let given = number(call, name, 0..=i64::from(SIDE))?;
            Ok::<_, ApiError>(given.and_then(|side| u32::try_from(side).ok()).unwrap_or(usual))
        };
        Ok(Self { width: side("width")?, height: side("height")? })
    }

    /// The size for something that is as wide as it is high, of `usual` pixels where nothing else is said.
    pub fn of_square(self, usual: u32) -> (u32, u32) {
        match (self.width, self.height) {
            (0, 0) => (usual, usual),
            (side, 0) | (0, side) => (side, side),
            both => both,
        }
    }

    fn of(self, width: u32, height: u32) -> (u32, u32) {
        let follow = |to: u32, own: u32, other: u32| {
            let scaled = u64::from(other) * u64::from(to) / u64::from(own.max(1));
            u32::try_from(scaled).unwrap_or(SIDE).clamp(1, SIDE)
        };
        match (self.width, self.height) {
            (0, 0) => (width.clamp(1, SIDE), height.clamp(1, SIDE)),
            (to, 0) => (to, follow(to, width, height)),
            (0, to) => (follow(to, height, width), to),
            both => both,
        }
    }
}

/// A whole number of the query string, none where it is not given.
pub fn number(call: &Call, name: &str, range: std::ops::RangeInclusive<i64>) -> ApiResult<Option<i64>> {
    let Some(text) = call.query_value(name) else { return Ok(None) };
    let number = text.parse().ok().filter(|number| range.contains(number));
    number.map(Some).ok_or_else(|| {
        let (from, to) = range.into_inner();
        ApiError::argument(format!("'{name}' is a whole number of {from} to {to}."))
    })
}

/// The picture in the wanted size, its middle where the proportions are others. None where it has no pixels.
pub fn fit(picture: DynamicImage, size: Size) -> Option<RgbaImage> {
    let picture = DynamicImage::from(picture.into_rgba8());
    let (width, height) = size.of(picture.width(), picture.height());
    let middle = ResizeOptions::new().fit_into_destination(Some((0.5, 0.5)));
    resize(&picture, width, height, &middle).map(DynamicImage::into_rgba8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_follows_the_other_and_the_middle_stays() {
        let picture = RgbaImage::from_fn(400, 100, |x, _| {
            image::Rgba(if (150..250).contains(&x) { [255, 0, 0, 255] } else { [0, 0, 255, 255] })
        });
        let of = |width, height| {
            let made = fit(picture.clone().into(), Size { width, height }).expect("made");
            (made.dimensions(), *made.get_pixel(made.width() / 2, made.height() / 2))
        };
        let red = image::Rgba([255, 0, 0, 255]);
        assert_eq!(of(0, 0), ((400, 100), red));
        assert_eq!(of(200, 0), ((200, 50), red));
        assert_eq!(of(0, 2000), ((2000, 2000), red), "no larger than anybody may ask for");
        assert_eq!(of(50, 50), ((50, 50), red));
        let square = fit(picture.clone().into(), Size { width: 50, height: 50 }).expect("made");
        assert!(square.pixels().all(|pixel| pixel.0[0] > 200), "the sides are cut off");
    }
}
