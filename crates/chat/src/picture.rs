//! Looking at pictures and kinds of files. Nothing here trusts what a sender says a file is.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder as _, ImageReader, Limits, imageops::FilterType};

/// Sent beside pictures larger than this, so that a list of them loads fast.
const THUMBNAIL: u32 = 800;
/// Decoded pixels beyond this are a bomb, not a picture.
const LARGEST: u32 = 20_000;
const MEMORY: u64 = 512 * 1024 * 1024;

pub struct Facts {
    pub width: u32,
    pub height: u32,
    pub blurhash: String,
    pub thumbnail: Option<Small>,
}

pub struct Small {
    pub width: u32,
    pub height: u32,
    pub jpeg: Vec<u8>,
}

fn decode(bytes: &[u8]) -> Option<DynamicImage> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LARGEST);
    limits.max_image_height = Some(LARGEST);
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let orientation = decoder.orientation().ok();
    let mut picture = DynamicImage::from_decoder(decoder).ok()?;
    if let Some(orientation) = orientation {
        picture.apply_orientation(orientation);
    }
    Some(picture)
}

/// Size, blurred preview and thumbnail of a picture; none when it cannot be read.
pub fn look(bytes: &[u8]) -> Option<Facts> {
    let picture = decode(bytes)?;
    let (width, height) = (picture.width(), picture.height());
    let thumbnail =
        (width > THUMBNAIL || height > THUMBNAIL).then(|| picture.thumbnail(THUMBNAIL, THUMBNAIL));
    let blurhash = blurhash(thumbnail.as_ref().unwrap_or(&picture));
    let thumbnail = thumbnail.and_then(|small| {
        let jpeg = encode(&small, image::ImageFormat::Jpeg)?;
        Some(Small { width: small.width(), height: small.height(), jpeg })
    });
    Some(Facts { width, height, blurhash, thumbnail })
}

fn encode(picture: &DynamicImage, format: image::ImageFormat) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let flat = DynamicImage::ImageRgb8(picture.to_rgb8());
    let picture = if format == image::ImageFormat::Jpeg { &flat } else { picture };
    picture.write_to(&mut Cursor::new(&mut bytes), format).ok()?;
    Some(bytes)
}

/// The picture at most `max` wide and high; unchanged where it is small enough, moves, or cannot be read.
pub fn shrink(bytes: Vec<u8>, max: u32) -> Vec<u8> {
    if sniff(&bytes).as_deref() == Some("image/gif") {
        return bytes;
    }
    let Some(picture) = decode(&bytes) else { return bytes };
    if picture.width() <= max && picture.height() <= max {
        return bytes;
    }
    let small = picture.thumbnail(max.max(1), max.max(1));
    let format = if small.color().has_alpha() { image::ImageFormat::Png } else { image::ImageFormat::Jpeg };
    encode(&small, format).unwrap_or(bytes)
}

/// What kind of picture the bytes are.
pub fn sniff(bytes: &[u8]) -> Option<String> {
    let mime = match bytes {
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        _ => return None,
    };
    Some(mime.to_owned())
}

/// A kind under which the webview may show the bytes: never one that runs anything.
pub fn safe_mime(bytes: &[u8], said: Option<&str>) -> String {
    const HARMLESS: [&str; 3] = ["audio/", "video/", "application/pdf"];
    if let Some(mime) = sniff(bytes) {
        return mime;
    }
    match said {
        Some(said) if HARMLESS.iter().any(|kind| said.starts_with(kind)) => said.to_owned(),
        Some("text/plain") => "text/plain; charset=utf-8".to_owned(),
        _ => "application/octet-stream".to_owned(),
    }
}

/// What a file's name says about its kind.
pub fn mime_of_name(name: &str) -> String {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    let mime = match ending.as_str() {
        "txt" | "log" => "text/plain",
        "md" => "text/markdown",
        "csv" => "text/csv",
        "html" | "htm" => "text/html",
        "json" => "application/json",
        "pdf" => "application/pdf",
        "zip" => "application/zip",
        "doc" => "application/msword",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "odt" => "application/vnd.oasis.opendocument.text",
        "mp3" => "audio/mpeg",
        "ogg" | "oga" | "opus" => "audio/ogg",
        "wav" => "audio/wav",
        "m4a" => "audio/mp4",
        "mp4" | "m4v" => "video/mp4",
        "webm" => "video/webm",
        "mov" => "video/quicktime",
        "svg" => "image/svg+xml",
        _ => "application/octet-stream",
    };
    mime.to_owned()
}

const HORIZONTAL: u32 = 4;
const VERTICAL: u32 = 3;
const DIGITS: &[u8; 83] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";

/// A few dozen characters that a client draws as a blur until the picture is there.
///
/// Source: github.com/woltapp/blurhash, Algorithm.md.
fn blurhash(picture: &DynamicImage) -> String {
    let small = picture.resize_exact(32, 32, FilterType::Triangle).to_rgb8();
    let factor = |across: u32, down: u32| {
        let mut sum = [0.0_f64; 3];
        for (x, y, pixel) in small.enumerate_pixels() {
            let basis = (std::f64::consts::PI * f64::from(across) * f64::from(x) / 32.0).cos()
                * (std::f64::consts::PI * f64::from(down) * f64::from(y) / 32.0).cos();
            for (sum, value) in sum.iter_mut().zip(pixel.0) {
                *sum += basis * to_linear(value);
            }
        }
        let weight = if across == 0 && down == 0 { 1.0 } else { 2.0 } / (32.0 * 32.0);
        sum.map(|sum| sum * weight)
    };
    let factors: Vec<[f64; 3]> = (0..VERTICAL)
        .flat_map(|down| (0..HORIZONTAL).map(move |across| (across, down)))
        .map(|(a, d)| factor(a, d))
        .collect();
    let (average, rest) = factors.split_first().unwrap_or((&[0.0; 3], &[]));
    let largest = rest.iter().flatten().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let step = ((largest * 166.0 - 0.5).floor().clamp(0.0, 82.0)) as u32;
    let range = f64::from(step + 1) / 166.0;
    let mut hash = String::new();
    digits((HORIZONTAL - 1) + (VERTICAL - 1) * 9, 1, &mut hash);
    digits(step, 1, &mut hash);
    let [red, green, blue] = average.map(to_srgb);
    digits((red << 16) + (green << 8) + blue, 4, &mut hash);
    for factor in rest {
        let [red, green, blue] = factor.map(|value| {
            let root = (value / range).abs().sqrt().copysign(value);
            (root * 9.0 + 9.5).floor().clamp(0.0, 18.0) as u32
        });
        digits(red * 19 * 19 + green * 19 + blue, 2, &mut hash);
    }
    hash
}

fn digits(value: u32, length: u32, hash: &mut String) {
    for place in (0..length).rev() {
        let digit = value / 83_u32.pow(place) % 83;
        hash.push(char::from(DIGITS[digit as usize]));
    }
}

fn to_linear(value: u8) -> f64 {
    let value = f64::from(value) / 255.0;
    if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

fn to_srgb(value: f64) -> u32 {
    let value = value.clamp(0.0, 1.0);
    let value = if value <= 0.003_130_8 { value * 12.92 } else { 1.055 * value.powf(1.0 / 2.4) - 0.055 };
    (value * 255.0 + 0.5) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32, colour: [u8; 3]) -> Vec<u8> {
        let picture = image::RgbImage::from_pixel(width, height, image::Rgb(colour));
        encode(&DynamicImage::ImageRgb8(picture), image::ImageFormat::Png).expect("a picture")
    }

    #[test]
    fn a_large_picture_gets_a_thumbnail_and_a_blur() {
        let facts = look(&png(1_600, 800, [255, 0, 0])).expect("facts");
        assert_eq!((facts.width, facts.height, facts.blurhash.len()), (1_600, 800, 28));
        let small = facts.thumbnail.expect("a thumbnail");
        assert_eq!((small.width, small.height), (800, 400));
        assert_eq!(sniff(&small.jpeg).as_deref(), Some("image/jpeg"));
        assert!(look(&png(10, 10, [0, 0, 0])).expect("facts").thumbnail.is_none());
    }

    #[test]
    fn a_plain_colour_blurs_to_itself() {
        // Average colour: red is 0xff0000, which is `TI:j` in base 83.
        let hash = look(&png(8, 8, [255, 0, 0])).expect("facts").blurhash;
        assert_eq!(&hash[2..6], "TI:j");
    }

    #[test]
    fn nothing_that_runs_is_shown_as_what_it_claims() {
        for said in ["text/html", "image/svg+xml", "application/javascript", "image/png"] {
            assert_eq!(safe_mime(b"<svg onload=x>", Some(said)), "application/octet-stream");
        }
        assert_eq!(shrink(b"no picture".to_vec(), 10), b"no picture");
    }
}
