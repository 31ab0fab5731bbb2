//! Pictures decoded, scaled, cropped and encoded again. No I/O.

use std::io::Cursor;

use fast_image_resize::ResizeOptions;
use image::{
    DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits, RgbImage,
    codecs::{gif::GifEncoder, jpeg::JpegEncoder, png::PngEncoder, webp::WebPEncoder},
    metadata::Orientation,
};

use super::touch::Touch;
use crate::core::{
    error::{ApiError, ApiResult},
    resize::resize,
    routes::Call,
};

/// Pixels of a picture that is opened, at most: 8-bit RGBA of it is 200 MB.
pub const PIXELS: u32 = 50_000_000;
/// Bytes that decoding may take.
const MEMORY: u64 = 512 * 1024 * 1024;
/// Width and height that can be asked for.
const SIDE: u32 = 4000;
/// Pixels of an AVIF that is written, at most: on one core each million takes about a second.
const AVIF_PIXELS: u32 = 4_000_000;
/// Quality of JPEG, WebP and AVIF where nobody says otherwise.
const QUALITY: u8 = 80;
/// The quality from which on WebP loses nothing.
const WITHOUT_LOSS: u8 = 100;
/// How quickly the colours of a GIF are chosen, of 1 (best) to 30.
const GIF_SPEED: i32 = 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureError {
    TooLarge,
    Damaged,
    /// It was opened, and what is asked for has too many pixels for AVIF.
    TooLargeForAvif,
}

/// The kinds that are read and written; of a GIF the first picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Png,
    Jpeg,
    Webp,
    Gif,
    Avif,
}

impl Format {
    pub fn of_mime(mime: &str) -> Option<Self> {
        [Self::Png, Self::Jpeg, Self::Webp, Self::Gif, Self::Avif]
            .into_iter()
            .find(|format| format.mime() == mime)
    }

    pub fn mime(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
            Self::Gif => "image/gif",
            Self::Avif => "image/avif",
        }
    }

    /// What a preview is written as where nobody says: as the file is, the first picture of a GIF as PNG, which is smaller,
    /// and an AVIF as WebP, which is written in a tenth of the time and of any size.
    pub fn as_output(self) -> Self {
        match self {
            Self::Gif => Self::Png,
            Self::Avif => Self::Webp,
            other => other,
        }
    }
}

/// Which part stays where a picture is cropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gravity {
    /// 0 keeps the left, 1 the middle, 2 the right.
    across: u8,
    /// 0 keeps the top, 1 the middle, 2 the bottom.
    down: u8,
}

const GRAVITIES: [(&str, Gravity); 9] = [
    ("center", Gravity { across: 1, down: 1 }),
    ("top-left", Gravity { across: 0, down: 0 }),
    ("top", Gravity { across: 1, down: 0 }),
    ("top-right", Gravity { across: 2, down: 0 }),
    ("left", Gravity { across: 0, down: 1 }),
    ("right", Gravity { across: 2, down: 1 }),
    ("bottom-left", Gravity { across: 0, down: 2 }),
    ("bottom", Gravity { across: 1, down: 2 }),
    ("bottom-right", Gravity { across: 2, down: 2 }),
];

/// What is asked of a preview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe {
    /// 0: follows from the height.
    width: u32,
    /// 0: follows from the width.
    height: u32,
    gravity: Gravity,
    quality: u8,
    /// What shows through where the output has no transparency.
    background: [u8; 3],
    touch: Touch,
    pub output: Option<Format>,
}

impl Recipe {
    pub fn read(call: &Call) -> ApiResult<Self> {
        let side = |name: &str| {
            let number = call.query_value(name).map_or(Ok(0), str::parse::<u32>);
            number.ok().filter(|side| *side <= SIDE).ok_or_else(|| {
                ApiError::argument(format!("'{name}' is a whole number of 0 to {SIDE} pixels."))
            })
        };
        let quality = match call.query_value("quality").map(str::parse::<i16>) {
            None | Some(Ok(-1)) => QUALITY,
            Some(Ok(quality @ 0..=100)) => u8::try_from(quality).unwrap_or(QUALITY).max(1),
            Some(_) => return Err(ApiError::argument("'quality' is a whole number of -1 to 100.")),
        };
        let gravity = call.query_value("gravity").unwrap_or("center");
        let gravity = GRAVITIES
            .iter()
            .find_map(|(name, known)| (*name == gravity).then_some(*known))
            .ok_or_else(|| ApiError::argument("'gravity' is center, top, top-left and so on."))?;
        let output = match call.query_value("output") {
            None => None,
            Some("jpg" | "jpeg") => Some(Format::Jpeg),
            Some("png") => Some(Format::Png),
            Some("webp") => Some(Format::Webp),
            Some("gif") => Some(Format::Gif),
            Some("avif") => Some(Format::Avif),
            Some("heic") => {
                return Err(ApiError::argument(
                    "'output' cannot be heic: this server does not write HEIC. Ask for avif or webp.",
                ));
            }
            Some(_) => return Err(ApiError::argument("'output' is jpg, jpeg, png, webp, gif or avif.")),
        };
        let background = match call.query_value("background") {
            None => [255; 3],
            Some(text) => colour(text)
                .ok_or_else(|| ApiError::argument("'background' is a colour of six hex digits."))?,
        };
        let touch = Touch::read(call)?;
        Ok(Self {
            width: side("width")?,
            height: side("height")?,
            gravity,
            quality,
            background,
            touch,
            output,
        })
    }

    /// A name that no other preview of the same file has.
    pub fn file_name(&self, output: Format) -> String {
        let Self { width, height, gravity, quality, background: [red, green, blue], .. } = self;
        let kind = match output {
            // Copies of before there was WebP with loss are left to age out under their own names.
            Format::Webp => "lossy.webp",
            other => other.mime().trim_start_matches("image/"),
        };
        let (across, down) = (gravity.across, gravity.down);
        let touch = self.touch.name();
        format!("{width}x{height}-{across}{down}-q{quality}-{red:02x}{green:02x}{blue:02x}{touch}.{kind}")
    }

    /// The part of the source that is shown (left, top, width, height) and the size that it gets.
    fn plan(&self, width: u32, height: u32) -> ([f64; 4], (u32, u32)) {
        let (wide, high) = (f64::from(width), f64::from(height));
        let whole = [0.0, 0.0, wide, high];
        let scaled = |length: f64, by: f64| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and SIDE")]
            let pixels = (length * by).round().clamp(1.0, f64::from(SIDE)) as u32;
            pixels
        };
        match (self.width, self.height) {
            (0, 0) => {
                let by = (f64::from(SIDE) / wide.max(high)).min(1.0);
                (whole, (scaled(wide, by), scaled(high, by)))
            }
            (to, 0) => (whole, (to, scaled(high, f64::from(to) / wide))),
            (0, to) => (whole, (scaled(wide, f64::from(to) / high), to)),
            (to_wide, to_high) => {
                // The largest part with the wanted proportions.
                let by = (wide / f64::from(to_wide)).min(high / f64::from(to_high));
                let (part_wide, part_high) = (f64::from(to_wide) * by, f64::from(to_high) * by);
                // On whole pixels, so that rounding never reaches over the edge.
                let left = ((wide - part_wide) / 2.0 * f64::from(self.gravity.across)).floor();
                let top = ((high - part_high) / 2.0 * f64::from(self.gravity.down)).floor();
                ([left, top, part_wide.min(wide - left), part_high.min(high - top)], (to_wide, to_high))
            }
        }
    }
}

pub fn colour(text: &str) -> Option<[u8; 3]> {
    let text = text.trim_start_matches('#');
    if text.len() != 6 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let number = u32::from_str_radix(text, 16).ok()?;
    let [_, red, green, blue] = number.to_be_bytes();
    Some([red, green, blue])
}

/// What a preview is made of.
#[derive(Debug)]
pub enum Source {
    File(Vec<u8>, ImageFormat),
    /// What was opened elsewhere.
    Picture(DynamicImage),
}

/// Makes the preview. Animations show their first picture.
pub fn make(source: Source, output: Format, recipe: &Recipe) -> Result<Vec<u8>, PictureError> {
    let picture = match source {
        Source::File(bytes, format) => decode(&bytes, format)?,
        Source::Picture(picture) => picture,
    };
    let (part, (width, height)) = recipe.plan(picture.width(), picture.height());
    let picture = recipe.touch.apply(scale(&picture, part, width, height)?);
    if output == Format::Avif && picture.width() * picture.height() > AVIF_PIXELS {
        return Err(PictureError::TooLargeForAvif);
    }
    encode(picture, output, recipe).ok_or(PictureError::Damaged)
}

fn decode(bytes: &[u8], format: ImageFormat) -> Result<DynamicImage, PictureError> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let failed = |error: image::ImageError| match error {
        image::ImageError::Limits(_) => PictureError::TooLarge,
        _ => PictureError::Damaged,
    };
    let mut decoder = reader.into_decoder().map_err(failed)?;
    // The size is in the header: a bomb is refused before a pixel is unpacked.
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > u64::from(PIXELS) {
        return Err(PictureError::TooLarge);
    }
    if width == 0 || height == 0 {
        return Err(PictureError::Damaged);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(failed)?;
    picture.apply_orientation(orientation);
    // Four channels of 8 bits, or three: what the scaler and every encoder take.
    Ok(if picture.color().has_alpha() { picture.into_rgba8().into() } else { picture.into_rgb8().into() })
}

fn scale(
    picture: &DynamicImage,
    part: [f64; 4],
    width: u32,
    height: u32,
) -> Result<DynamicImage, PictureError> {
    let [left, top, part_width, part_height] = part;
    let options = ResizeOptions::new().crop(left, top, part_width, part_height);
    resize(picture, width, height, &options).ok_or(PictureError::Damaged)
}

fn encode(picture: DynamicImage, output: Format, recipe: &Recipe) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let written = match output {
        Format::Jpeg => {
            let flat = flatten(picture, recipe.background);
            flat.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, recipe.quality))
        }
        Format::Webp if recipe.quality < WITHOUT_LOSS => return lossy_webp(&picture, recipe.quality),
        Format::Webp => picture.write_with_encoder(WebPEncoder::new_lossless(&mut bytes)),
        Format::Png => picture.write_with_encoder(PngEncoder::new(&mut bytes)),
        Format::Avif => return telestack_avif::write(&picture, recipe.quality),
        Format::Gif => {
            let frame = image::Frame::new(picture.into_rgba8());
            GifEncoder::new_with_speed(&mut bytes, GIF_SPEED).encode_frame(frame)
        }
    };
    written.ok().map(|()| bytes)
}

fn lossy_webp(picture: &DynamicImage, quality: u8) -> Option<Vec<u8>> {
    let (width, height) = (picture.width(), picture.height());
    let encoder = match picture {
        DynamicImage::ImageRgba8(pixels) => webp::Encoder::from_rgba(pixels, width, height),
        DynamicImage::ImageRgb8(pixels) => webp::Encoder::from_rgb(pixels, width, height),
        _ => return None,
    };
    let written = encoder.encode_simple(false, f32::from(quality)).ok()?;
    Some(written.to_vec())
}

/// The picture over a background: JPEG has no transparency.
fn flatten(picture: DynamicImage, background: [u8; 3]) -> RgbImage {
    let DynamicImage::ImageRgba8(picture) = picture else { return picture.into_rgb8() };
    let over = |colour: u8, alpha: u8, under: u8| {
        let (colour, alpha, under) = (u16::from(colour), u16::from(alpha), u16::from(under));
        u8::try_from((colour * alpha + under * (255 - alpha)) / 255).unwrap_or(u8::MAX)
    };
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [red, green, blue, alpha] = picture.get_pixel(x, y).0;
        let [under_red, under_green, under_blue] = background;
        image::Rgb([
            over(red, alpha, under_red),
            over(green, alpha, under_green),
            over(blue, alpha, under_blue),
        ])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe(width: u32, height: u32, output: Format) -> Recipe {
        let [(_, gravity), ..] = GRAVITIES;
        let touch = Touch::default();
        Recipe { width, height, gravity, quality: 80, background: [0, 0, 255], touch, output: Some(output) }
    }

    /// Left half red, right half see-through.
    fn halves(format: ImageFormat) -> Vec<u8> {
        let picture = image::RgbaImage::from_fn(200, 100, |x, _| {
            image::Rgba(if x < 100 { [255, 0, 0, 255] } else { [0, 0, 0, 0] })
        });
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).expect("written");
        bytes.into_inner()
    }

    fn file(bytes: Vec<u8>, source: Format) -> Source {
        Source::File(bytes, ImageFormat::from_mime_type(source.mime()).expect("a kind"))
    }

    fn made(format: ImageFormat, source: Format, recipe: &Recipe) -> DynamicImage {
        let output = recipe.output.expect("said");
        let bytes = make(file(halves(format), source), output, recipe).expect("made");
        image::load_from_memory(&bytes).expect("a picture")
    }

    #[test]
    fn a_preview_keeps_proportions_or_is_cropped_by_gravity() {
        let one = made(ImageFormat::Png, Format::Png, &recipe(50, 0, Format::Png));
        assert_eq!((one.width(), one.height()), (50, 25));
        let one = made(ImageFormat::Png, Format::Png, &recipe(0, 50, Format::Webp));
        assert_eq!((one.width(), one.height()), (100, 50));
        let mut square = recipe(40, 40, Format::Jpeg);
        for (name, red) in [("left", true), ("right", false)] {
            square.gravity = GRAVITIES.iter().find(|(known, _)| *known == name).expect("known").1;
            let one = made(ImageFormat::Png, Format::Png, &square).into_rgb8();
            assert_eq!((one.width(), one.height()), (40, 40));
            let [pixel_red, _, blue] = one.get_pixel(20, 20).0;
            assert_eq!((pixel_red > 200, blue > 200), (red, !red), "{name}: {pixel_red} {blue}");
        }
    }

    #[test]
    fn webp_is_as_large_as_its_quality_and_keeps_what_is_see_through() {
        let noise = image::RgbaImage::from_fn(96, 96, |x, y| {
            let value = u8::try_from((x * 37 + y * 91 + x * y * 13) % 256).expect("a byte");
            image::Rgba([value, value ^ 0x55, 255 - value, if x < 48 { 255 } else { 0 }])
        });
        let mut png = Cursor::new(Vec::new());
        noise.write_to(&mut png, ImageFormat::Png).expect("written");
        let of = |quality| {
            let recipe = Recipe { quality, ..recipe(0, 0, Format::Webp) };
            make(file(png.get_ref().clone(), Format::Png), Format::Webp, &recipe).expect("made")
        };
        let [poor, usual, whole] = [10, 80, 100].map(of);
        assert!(
            poor.len() < usual.len() && usual.len() < whole.len(),
            "{} {} {}",
            poor.len(),
            usual.len(),
            whole.len()
        );
        for bytes in [&poor, &usual, &whole] {
            let read = image::load_from_memory(bytes).expect("a picture").into_rgba8();
            assert_eq!(
                (read.width(), read.get_pixel(10, 10).0[3], read.get_pixel(80, 10).0[3]),
                (96, 255, 0)
            );
        }
        let exact = image::load_from_memory(&whole).expect("a picture").into_rgba8();
        assert_eq!(exact.get_pixel(10, 10), noise.get_pixel(10, 10), "without loss");
        let (first, second) = (recipe(1, 1, Format::Webp), recipe(1, 1, Format::Jpeg));
        assert_ne!(first.file_name(Format::Webp), second.file_name(Format::Jpeg));
    }

    #[test]
    fn every_kind_is_read_and_a_gif_shows_its_first_picture() {
        for (format, source) in [
            (ImageFormat::Png, Format::Png),
            (ImageFormat::WebP, Format::Webp),
            (ImageFormat::Gif, Format::Gif),
        ] {
            let one = made(format, source, &recipe(20, 20, Format::Png));
            assert_eq!((one.width(), one.height()), (20, 20));
        }
        let mut gif = Vec::new();
        let mut encoder = image::codecs::gif::GifEncoder::new(&mut gif);
        for colour in [[255, 0, 0, 255], [0, 255, 0, 255]] {
            let frame = image::RgbaImage::from_pixel(8, 8, image::Rgba(colour));
            encoder.encode_frame(image::Frame::new(frame)).expect("a frame");
        }
        drop(encoder);
        let bytes = make(file(gif, Format::Gif), Format::Png, &recipe(4, 0, Format::Png)).expect("made");
        let one = image::load_from_memory(&bytes).expect("a picture").into_rgb8();
        assert_eq!(one.get_pixel(2, 2).0, [255, 0, 0]);
    }

    #[test]
    fn bombs_and_damage_are_refused() {
        // A PNG whose header says 60,000 x 60,000 and that has nothing else.
        let mut png = halves(ImageFormat::Png);
        png.splice(16..24, [0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
        let recipe = recipe(10, 10, Format::Png);
        let result = make(file(png, Format::Png), Format::Png, &recipe);
        assert!(result.is_err());
        let whole = halves(ImageFormat::Png);
        for cut in [0, 8, 20, 40] {
            let cut = make(file(whole[..cut].to_vec(), Format::Png), Format::Png, &recipe);
            assert_eq!(cut.err(), Some(PictureError::Damaged));
        }
        let nonsense = file(b"GIF89a nonsense".to_vec(), Format::Gif);
        assert!(make(nonsense, Format::Png, &recipe).is_err());
    }

    #[test]
    fn colours_are_six_digits() {
        assert_eq!(colour("ff8000"), Some([255, 128, 0]));
        for bad in ["", "fff", "red", "gggggg", "+12345", "éééé"] {
            assert_eq!(colour(bad), None, "{bad}");
        }
    }
}
