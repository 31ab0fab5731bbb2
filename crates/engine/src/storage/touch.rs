//! What a preview can have besides its size: a border, round corners, less opacity, a turn. No I/O.

use image::{DynamicImage, Rgba, RgbaImage};

use super::picture::colour;
use crate::core::{
    error::{ApiError, ApiResult},
    routes::Call,
};

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Touch {
    /// Pixels that are added at each side.
    border: u32,
    border_colour: [u8; 3],
    /// Pixels that the corners are rounded by.
    radius: u32,
    /// Hundredths that are see-through.
    faint: u8,
    /// Degrees clockwise, 0 to 359.
    turn: u16,
}

impl Touch {
    pub fn read(call: &Call) -> ApiResult<Self> {
        let whole = |name: &str, least: i32, most: i32| {
            let number = call.query_value(name).map_or(Ok(0), str::parse::<i32>);
            number.ok().filter(|number| (least..=most).contains(number)).ok_or_else(|| {
                ApiError::argument(format!("'{name}' is a whole number of {least} to {most}."))
            })
        };
        let opacity = call.query_value("opacity").map_or(Ok(1.0), str::parse::<f64>);
        let opacity = opacity.ok().filter(|opacity| (0.0..=1.0).contains(opacity));
        let opacity = opacity.ok_or_else(|| ApiError::argument("'opacity' is a number of 0 to 1."))?;
        let border_colour = match call.query_value("borderColor") {
            None | Some("") => [0; 3],
            Some(text) => colour(text)
                .ok_or_else(|| ApiError::argument("'borderColor' is a colour of six hex digits."))?,
        };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 100")]
        let faint = ((1.0 - opacity) * 100.0).round() as u8;
        Ok(Self {
            border: whole("borderWidth", 0, 100)?.unsigned_abs(),
            border_colour,
            radius: whole("borderRadius", 0, 4000)?.unsigned_abs(),
            faint,
            turn: u16::try_from(whole("rotation", -360, 360)?.rem_euclid(360)).unwrap_or_default(),
        })
    }

    /// What makes the name of a preview another one; empty where nothing is touched.
    pub fn name(&self) -> String {
        if *self == Self::default() {
            return String::new();
        }
        let Self { border, border_colour: [red, green, blue], radius, faint, turn } = self;
        format!("-b{border}-{red:02x}{green:02x}{blue:02x}-r{radius}-f{faint}-t{turn}")
    }

    /// The picture with all of it, in Appwrite's order.
    pub fn apply(&self, picture: DynamicImage) -> DynamicImage {
        let mut picture = picture;
        if self.faint > 0 {
            picture = fade(picture.into_rgba8(), self.faint).into();
        }
        if self.border > 0 {
            picture = frame(&picture, self.border, self.border_colour);
        }
        if self.radius > 0 {
            picture = round(picture.into_rgba8(), self.radius).into();
        }
        match self.turn {
            0 => picture,
            90 => picture.rotate90(),
            180 => picture.rotate180(),
            270 => picture.rotate270(),
            degrees => turn(&picture.into_rgba8(), degrees).into(),
        }
    }
}

fn fade(mut picture: RgbaImage, faint: u8) -> RgbaImage {
    for pixel in picture.pixels_mut() {
        let kept = u16::from(pixel.0[3]) * u16::from(100 - faint.min(100)) / 100;
        pixel.0[3] = u8::try_from(kept).unwrap_or(u8::MAX);
    }
    picture
}

fn frame(picture: &DynamicImage, border: u32, [red, green, blue]: [u8; 3]) -> DynamicImage {
    let (width, height) = (picture.width() + 2 * border, picture.height() + 2 * border);
    let mut framed = RgbaImage::from_pixel(width, height, Rgba([red, green, blue, 255]));
    image::imageops::replace(&mut framed, &picture.to_rgba8(), border.into(), border.into());
    framed.into()
}

/// Corners become see-through, their edge softly.
fn round(mut picture: RgbaImage, radius: u32) -> RgbaImage {
    let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
    let radius = f64::from(radius).min(width / 2.0).min(height / 2.0);
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let (x, y) = (f64::from(x) + 0.5, f64::from(y) + 0.5);
        // How far the pixel is beyond the middle of the next corner's circle.
        let across = (radius - x).max(x - (width - radius)).max(0.0);
        let down = (radius - y).max(y - (height - radius)).max(0.0);
        let shown = (radius - across.hypot(down) + 0.5).clamp(0.0, 1.0);
        pixel.0[3] = part_of(pixel.0[3], shown);
    }
    picture
}

/// Turned on a canvas that has room for all of it.
fn turn(picture: &RgbaImage, degrees: u16) -> RgbaImage {
    let (sine, cosine) = f64::from(degrees).to_radians().sin_cos();
    let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
    let side = |across: f64, down: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few thousand pixels")]
        let pixels = (across.abs() + down.abs()).round().max(1.0) as u32;
        pixels
    };
    let (new_width, new_height) = (side(width * cosine, height * sine), side(width * sine, height * cosine));
    RgbaImage::from_fn(new_width, new_height, |x, y| {
        let across = f64::from(x) + 0.5 - f64::from(new_width) / 2.0;
        let down = f64::from(y) + 0.5 - f64::from(new_height) / 2.0;
        // Where the pixel comes from: turned back.
        let from_x = across * cosine + down * sine + width / 2.0 - 0.5;
        let from_y = down * cosine - across * sine + height / 2.0 - 0.5;
        between(picture, from_x, from_y)
    })
}

/// The colour between four pixels; outside of the picture nothing is.
fn between(picture: &RgbaImage, x: f64, y: f64) -> Rgba<u8> {
    let (left, top) = (x.floor(), y.floor());
    let (mut colour, mut opacity) = ([0.0; 3], 0.0);
    for (dx, dy) in [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)] {
        let weight = (1.0 - (x - left - dx).abs()) * (1.0 - (y - top - dy).abs());
        let Some([red, green, blue, alpha]) = pixel(picture, left + dx, top + dy) else { continue };
        let weight = weight * f64::from(alpha);
        opacity += weight;
        for (sum, value) in colour.iter_mut().zip([red, green, blue]) {
            *sum += weight * f64::from(value);
        }
    }
    if opacity < 0.5 {
        return Rgba([0; 4]);
    }
    let [red, green, blue] = colour.map(|sum| byte(sum / opacity));
    Rgba([red, green, blue, byte(opacity)])
}

fn pixel(picture: &RgbaImage, x: f64, y: f64) -> Option<[u8; 4]> {
    let inside = x >= 0.0 && y >= 0.0 && x < f64::from(picture.width()) && y < f64::from(picture.height());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "inside of the picture")]
    let place = inside.then_some((x as u32, y as u32));
    place.map(|(x, y)| picture.get_pixel(x, y).0)
}

fn part_of(value: u8, part: f64) -> u8 {
    byte(f64::from(value) * part)
}

fn byte(value: f64) -> u8 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
    let byte = value.round().clamp(0.0, 255.0) as u8;
    byte
}

#[cfg(test)]
mod tests {
    use super::*;

    const RED: Rgba<u8> = Rgba([255, 0, 0, 255]);

    fn red(width: u32, height: u32) -> DynamicImage {
        RgbaImage::from_pixel(width, height, RED).into()
    }

    fn touched(picture: DynamicImage, touch: &Touch) -> RgbaImage {
        touch.apply(picture).into_rgba8()
    }

    #[test]
    fn a_border_is_around_the_picture_and_corners_are_round() {
        let touch = Touch { border: 3, border_colour: [0, 0, 255], radius: 8, ..Touch::default() };
        let one = touched(red(30, 20), &touch);
        assert_eq!(one.dimensions(), (36, 26));
        assert_eq!(one.get_pixel(18, 1).0, [0, 0, 255, 255]);
        assert_eq!(one.get_pixel(18, 13), &RED);
        for (x, y) in [(0, 0), (35, 0), (0, 25), (35, 25)] {
            assert_eq!(one.get_pixel(x, y).0[3], 0, "{x} {y}");
        }
        // A radius larger than the picture makes a disc of it.
        let disc = touched(red(21, 21), &Touch { radius: 4000, ..Touch::default() });
        assert_eq!((disc.get_pixel(10, 10), disc.get_pixel(2, 2).0[3]), (&RED, 0));
    }

    #[test]
    fn a_picture_fades_and_turns() {
        let faint = touched(red(4, 4), &Touch { faint: 75, ..Touch::default() });
        assert_eq!(faint.get_pixel(1, 1).0, [255, 0, 0, 63]);
        let mut marked = red(40, 20).into_rgba8();
        marked.put_pixel(0, 0, Rgba([0, 255, 0, 255]));
        let quarter = touched(marked.clone().into(), &Touch { turn: 90, ..Touch::default() });
        assert_eq!((quarter.dimensions(), quarter.get_pixel(19, 0).0), ((20, 40), [0, 255, 0, 255]));
        let slant = touched(marked.into(), &Touch { turn: 45, ..Touch::default() });
        assert_eq!(slant.dimensions(), (42, 42));
        assert_eq!((slant.get_pixel(21, 21), slant.get_pixel(0, 0).0[3]), (&RED, 0));
    }

    #[test]
    fn previews_that_differ_have_other_names() {
        assert_eq!(Touch::default().name(), "");
        let names: std::collections::HashSet<String> = [
            Touch { border: 1, ..Touch::default() },
            Touch { border: 1, border_colour: [1, 0, 0], ..Touch::default() },
            Touch { radius: 1, ..Touch::default() },
            Touch { faint: 1, ..Touch::default() },
            Touch { turn: 1, ..Touch::default() },
        ]
        .iter()
        .map(Touch::name)
        .collect();
        assert_eq!(names.len(), 5);
    }
}
