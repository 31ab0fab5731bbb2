//! Pictures: I420 as the media library and the window want it, scaled, converted and, for tests, drawn.

mod code;
mod convert;
mod scale;
mod test_picture;

pub use code::{Stamp, read_stamp};
pub use convert::{from_bgra, from_nv12, from_rgb, from_rgba, from_yuyv};
pub use scale::{Scaler, shown_size};
pub use test_picture::TestPicture;

/// Larger pictures are refused, here and in the window.
pub const MAX_SIDE: u32 = 4096;

/// A BT.601 limited-range I420 picture; planes lie behind one another without padding.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    width: u32,
    height: u32,
    /// Unix microseconds.
    captured: i64,
    planes: Vec<u8>,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({}x{} at {})", self.width, self.height, self.captured)
    }
}

impl Picture {
    /// A picture of planes that lie behind one another; none where sizes do not fit.
    #[must_use]
    pub fn new(width: u32, height: u32, captured: i64, planes: Vec<u8>) -> Option<Self> {
        let fits = (1..=MAX_SIDE).contains(&width) && (1..=MAX_SIDE).contains(&height);
        (fits && planes.len() == i420_bytes(width, height)).then_some(Self {
            width,
            height,
            captured,
            planes,
        })
    }

    /// A picture in one colour; sides are clamped to what is allowed.
    #[must_use]
    pub fn filled(width: u32, height: u32, captured: i64, [y, u, v]: [u8; 3]) -> Self {
        let (width, height) = (width.clamp(1, MAX_SIDE), height.clamp(1, MAX_SIDE));
        let mut planes = vec![y; i420_bytes(width, height)];
        let (luma, chroma) = (luma_bytes(width, height), chroma_bytes(width, height));
        planes[luma..luma + chroma].fill(u);
        planes[luma + chroma..].fill(v);
        Self { width, height, captured, planes }
    }

    /// A picture of planes with padding, `rotation` degrees (a multiple of 90) clockwise from upright.
    #[must_use]
    pub fn from_planes(
        width: u32,
        height: u32,
        captured: i64,
        planes: [(&[u8], u32); 3],
        rotation: u32,
    ) -> Option<Self> {
        if !(1..=MAX_SIDE).contains(&width) || !(1..=MAX_SIDE).contains(&height) {
            return None;
        }
        let mut packed = Vec::with_capacity(i420_bytes(width, height));
        let sizes = [(width, height), (half(width), half(height)), (half(width), half(height))];
        for ((plane, stride), (width, height)) in planes.into_iter().zip(sizes) {
            pack(&mut packed, plane, stride as usize, width as usize, height as usize, rotation)?;
        }
        let turned = matches!(rotation, 90 | 270);
        let (width, height) = if turned { (height, width) } else { (width, height) };
        Self::new(width, height, captured, packed)
    }

    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Unix microseconds.
    #[must_use]
    pub fn captured(&self) -> i64 {
        self.captured
    }

    /// All three planes.
    #[must_use]
    pub fn planes(&self) -> &[u8] {
        &self.planes
    }

    #[must_use]
    pub fn y(&self) -> &[u8] {
        &self.planes[..luma_bytes(self.width, self.height)]
    }

    #[must_use]
    pub fn u(&self) -> &[u8] {
        let luma = luma_bytes(self.width, self.height);
        &self.planes[luma..luma + chroma_bytes(self.width, self.height)]
    }

    #[must_use]
    pub fn v(&self) -> &[u8] {
        &self.planes[luma_bytes(self.width, self.height) + chroma_bytes(self.width, self.height)..]
    }

    /// The three planes, to draw into.
    fn planes_mut(&mut self) -> [&mut [u8]; 3] {
        let (y, rest) = self.planes.split_at_mut(luma_bytes(self.width, self.height));
        let (u, v) = rest.split_at_mut(chroma_bytes(self.width, self.height));
        [y, u, v]
    }

    /// The mean colour, 0 to 255 a channel.
    #[must_use]
    pub fn mean_rgb(&self) -> [f64; 3] {
        let [y, u, v] = [self.y(), self.u(), self.v()].map(mean);
        let (luma, cb, cr) = (1.164 * (y - 16.0), u - 128.0, v - 128.0);
        [luma + 1.596 * cr, luma - 0.392 * cb - 0.813 * cr, luma + 2.017 * cb]
            .map(|value| value.clamp(0.0, 255.0))
    }
}

/// Appends a plane upright and without padding; none where it is shorter than it should be.
fn pack(
    out: &mut Vec<u8>,
    plane: &[u8],
    stride: usize,
    width: usize,
    height: usize,
    rotation: u32,
) -> Option<()> {
    if stride < width || plane.len() < stride * (height - 1) + width {
        return None;
    }
    let row = |at: usize| &plane[at * stride..at * stride + width];
    match rotation {
        90 => (0..width).for_each(|x| out.extend((0..height).rev().map(|y| row(y)[x]))),
        180 => (0..height).rev().for_each(|y| out.extend(row(y).iter().rev())),
        270 => (0..width).rev().for_each(|x| out.extend((0..height).map(|y| row(y)[x]))),
        _ => (0..height).for_each(|y| out.extend_from_slice(row(y))),
    }
    Some(())
}

fn mean(plane: &[u8]) -> f64 {
    let sum: u64 = plane.iter().map(|&value| u64::from(value)).sum();
    // Precision is lost only beyond 2^53, which no picture reaches.
    sum as f64 / plane.len().max(1) as f64
}

/// I420 rounds the half resolution up.
fn half(side: u32) -> u32 {
    side.div_ceil(2)
}

fn luma_bytes(width: u32, height: u32) -> usize {
    width as usize * height as usize
}

fn chroma_bytes(width: u32, height: u32) -> usize {
    luma_bytes(half(width), half(height))
}

/// Bytes of an I420 picture of this size.
#[must_use]
pub fn i420_bytes(width: u32, height: u32) -> usize {
    luma_bytes(width, height) + 2 * chroma_bytes(width, height)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_that_do_not_fit_are_refused() {
        assert!(Picture::new(3, 3, 0, vec![0; 9 + 2 * 4]).is_some());
        assert!(Picture::new(3, 3, 0, vec![0; 9 + 2 * 3]).is_none());
        assert!(Picture::new(0, 3, 0, Vec::new()).is_none());
        assert!(Picture::new(MAX_SIDE + 1, 1, 0, vec![0; i420_bytes(MAX_SIDE + 1, 1)]).is_none());
    }

    #[test]
    fn padding_goes_and_the_picture_is_turned_upright() {
        // 2x4 luma with one byte of padding; the numbers say row and column.
        let luma = [0, 1, 99, 10, 11, 99, 20, 21, 99, 30, 31];
        let chroma = [5, 9, 6];
        let turned = |rotation| {
            let planes = [(&luma[..], 3), (&chroma[..], 2), (&chroma[..], 2)];
            let picture = Picture::from_planes(2, 4, 0, planes, rotation).expect("a fitting size");
            (picture.width(), picture.y().to_vec(), picture.u().to_vec())
        };
        assert_eq!(turned(0), (2, vec![0, 1, 10, 11, 20, 21, 30, 31], vec![5, 6]));
        assert_eq!(turned(90), (4, vec![30, 20, 10, 0, 31, 21, 11, 1], vec![6, 5]));
        assert_eq!(turned(180), (2, vec![31, 30, 21, 20, 11, 10, 1, 0], vec![6, 5]));
        assert_eq!(turned(270), (4, vec![1, 11, 21, 31, 0, 10, 20, 30], vec![5, 6]));
        assert!(Picture::from_planes(2, 4, 0, [(&luma[..10], 3), (&chroma, 2), (&chroma, 2)], 0).is_none());
    }

    #[test]
    fn mean_colour_is_the_colour_of_a_filled_picture() {
        let [red, green, blue] = Picture::filled(16, 16, 0, [81, 90, 240]).mean_rgb();
        assert!(red > 250.0 && green < 5.0 && blue < 5.0);
    }
}
