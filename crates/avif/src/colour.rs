//! What a decoder gives (luma and two differences of colour, of 8 to 12 bits) as red, green and blue.

use image::RgbImage;
use re_rav1d::{
    Picture, PixelLayout, PlanarImageComponent,
    pixel::{MatrixCoefficients, YUVRange},
};

use super::container::Cursor;

/// How the numbers of a picture are meant: a matrix of ITU-T H.273, and whether they use all of their range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    matrix: u64,
    full: bool,
}

/// As H.273 counts them. Here the planes are green, blue and red.
const IDENTITY: u64 = 0;
const BT709: u64 = 1;
const FCC: u64 = 4;
/// What readers agreed on where nothing is said.
const BT601: u64 = 6;
const ST240: u64 = 7;
const YCGCO: u64 = 8;
const BT2020: u64 = 9;

impl Meaning {
    /// Of a property `colr` that says it.
    pub fn read(property: &[u8]) -> Option<Self> {
        let mut rest = Cursor(property.strip_prefix(b"nclx")?);
        // Primaries and transfer: a preview takes them for those of the screen, as with other kinds of pictures.
        rest.number(4)?;
        Some(Self { matrix: rest.number(2)?, full: rest.number(1)? >> 7 == 1 })
    }

    /// Of the stream, where the file says nothing.
    pub fn of(picture: &Picture) -> Self {
        let matrix = match picture.matrix_coefficients() {
            MatrixCoefficients::Identity => IDENTITY,
            MatrixCoefficients::BT709 => BT709,
            MatrixCoefficients::BT470M => FCC,
            MatrixCoefficients::ST240M => ST240,
            MatrixCoefficients::YCgCo => YCGCO,
            MatrixCoefficients::BT2020NonConstantLuminance => BT2020,
            _ => BT601,
        };
        Self { matrix, full: picture.color_range() == YUVRange::Full }
    }

    /// How much red and blue are of luma.
    fn shares(self) -> (f32, f32) {
        match self.matrix {
            BT709 => (0.2126, 0.0722),
            FCC => (0.30, 0.11),
            ST240 => (0.212, 0.087),
            BT2020 => (0.2627, 0.0593),
            _ => (0.299, 0.114),
        }
    }

    fn colour(self, [luma, blue, red]: [f32; 3]) -> [f32; 3] {
        match self.matrix {
            IDENTITY => [red, luma, blue],
            YCGCO => {
                let rest = luma - blue;
                [rest + red, luma + blue, rest - red]
            }
            _ => {
                let (of_red, of_blue) = self.shares();
                let (is_red, is_blue) =
                    (luma + 2.0 * (1.0 - of_red) * red, luma + 2.0 * (1.0 - of_blue) * blue);
                let is_green = (luma - of_red * is_red - of_blue * is_blue) / (1.0 - of_red - of_blue);
                [is_red, is_green, is_blue]
            }
        }
    }
}

/// One plane, and how its numbers become 0 to 1, or -0.5 to 0.5.
struct Plane<'a> {
    bytes: &'a [u8],
    stride: usize,
    wide: bool,
    /// By what places are halved.
    shift: (usize, usize),
    least: f32,
    by: f32,
}

impl Plane<'_> {
    fn at(&self, x: usize, y: usize) -> f32 {
        let (x, y) = (x >> self.shift.0, y >> self.shift.1);
        let row = y * self.stride;
        let number = if self.wide {
            let at = row + 2 * x;
            self.bytes.get(at..at + 2).and_then(|two| two.try_into().ok()).map(u16::from_ne_bytes)
        } else {
            self.bytes.get(row + x).copied().map(u16::from)
        };
        (f32::from(number.unwrap_or_default()) - self.least) * self.by
    }
}

fn byte(value: f32) -> u8 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
    let byte = (value * 255.0).round().clamp(0.0, 255.0) as u8;
    byte
}

/// How the numbers of luma, or of a difference, lie in so many bits: the least, and what makes their range 1.
fn range(bits: usize, full: bool, difference: bool) -> (f32, f32) {
    let unit = f32::from(1_u16 << (bits - 8));
    match (full, difference) {
        (true, false) => (0.0, 1.0 / (256.0 * unit - 1.0)),
        (true, true) => (128.0 * unit, 1.0 / (256.0 * unit - 1.0)),
        (false, false) => (16.0 * unit, 1.0 / (219.0 * unit)),
        (false, true) => (128.0 * unit, 1.0 / (224.0 * unit)),
    }
}

/// The pixels. None where the planes do not fit what is meant.
pub fn rgb(picture: &Picture, meaning: Meaning) -> Option<RgbImage> {
    let layout = picture.pixel_layout();
    let identity = meaning.matrix == IDENTITY;
    let luma = picture.plane(PlanarImageComponent::Y);
    let luma = plane(picture, &luma, PlanarImageComponent::Y, meaning.full, false)?;
    if layout == PixelLayout::I400 {
        return Some(pixels(picture, |x, y| [byte(luma.at(x, y)); 3]));
    }
    if identity && layout != PixelLayout::I444 {
        return None;
    }
    let [first, second] =
        [PlanarImageComponent::U, PlanarImageComponent::V].map(|which| picture.plane(which));
    let blue = plane(picture, &first, PlanarImageComponent::U, meaning.full, !identity)?;
    let red = plane(picture, &second, PlanarImageComponent::V, meaning.full, !identity)?;
    Some(pixels(picture, |x, y| meaning.colour([luma.at(x, y), blue.at(x, y), red.at(x, y)]).map(byte)))
}

/// The first plane alone, as how much covers what is behind.
pub fn opacity(picture: &Picture) -> Option<Vec<u8>> {
    let luma = picture.plane(PlanarImageComponent::Y);
    let full = picture.color_range() == YUVRange::Full;
    let luma = plane(picture, &luma, PlanarImageComponent::Y, full, false)?;
    let (width, height) = size(picture);
    Some(
        (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| byte(luma.at(x, y))).collect(),
    )
}

fn size(picture: &Picture) -> (usize, usize) {
    let whole = |side| usize::try_from(side).unwrap_or_default();
    (whole(picture.width()), whole(picture.height()))
}

fn plane<'a>(
    picture: &Picture,
    bytes: &'a [u8],
    which: PlanarImageComponent,
    full: bool,
    difference: bool,
) -> Option<Plane<'a>> {
    let bits = picture.bit_depth();
    if !(8..=12).contains(&bits) {
        return None;
    }
    let shift = match (which, picture.pixel_layout()) {
        (PlanarImageComponent::Y, _) | (_, PixelLayout::I400 | PixelLayout::I444) => (0, 0),
        (_, PixelLayout::I422) => (1, 0),
        (_, PixelLayout::I420) => (1, 1),
    };
    let (least, by) = range(bits, full, difference);
    let stride = usize::try_from(picture.stride(which)).ok()?;
    Some(Plane { bytes, stride, wide: bits > 8, shift, least, by })
}

fn pixels(picture: &Picture, at: impl Fn(usize, usize) -> [u8; 3]) -> RgbImage {
    let whole = |place| usize::try_from(place).unwrap_or_default();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| image::Rgb(at(whole(x), whole(y))))
}
