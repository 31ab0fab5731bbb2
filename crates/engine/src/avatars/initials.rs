//! `GET /avatars/initials`: the first letters of a name on a colour that stays the name's own.

use axum::response::Response;
use image::{Rgba, RgbaImage};
use rusqlite::OptionalExtension as _;

use super::{answer::drawn, letters, size::Size};
use crate::core::{
    error::{ApiError, ApiResult},
    routes::Call,
};

/// Pixels of a side where nobody says.
const USUAL: u32 = 100;
/// Colours on which both black and white can be told apart.
const COLOURS: [[u8; 3]; 8] = [
    [0x8f, 0x3d, 0x52],
    [0x9a, 0x4d, 0x1c],
    [0x6b, 0x5f, 0x12],
    [0x2f, 0x6b, 0x3c],
    [0x0f, 0x68, 0x6b],
    [0x2c, 0x5f, 0x94],
    [0x5b, 0x50, 0x9e],
    [0x82, 0x40, 0x87],
];

pub async fn show(call: Call) -> ApiResult<Response> {
    let (width, height) = Size::read(&call, USUAL)?.of_square(USUAL);
    let given = call.query_value("name").map(str::to_owned);
    if given.as_ref().is_some_and(|name| name.chars().count() > 128) {
        return Err(ApiError::argument("'name' has at most 128 characters."));
    }
    let background = match call.query_value("background") {
        None => None,
        Some(text) => {
            let wrong = || ApiError::argument("'background' is a colour of three or six hex digits.");
            Some(colour(text).ok_or_else(wrong)?)
        }
    };
    let name = match given {
        Some(name) => name,
        None => own_name(&call).await?,
    };
    drawn(&call.app, move || {
        let text = initials(&name);
        let ground = background.unwrap_or_else(|| colour_of(&text));
        let mut picture = RgbaImage::from_pixel(width, height, opaque(ground));
        letters::draw(&mut picture, &text, opaque(ink(ground)));
        Ok(picture.into())
    })
    .await
}

/// What the caller is called, or their address; empty for whoever is not signed in.
async fn own_name(call: &Call) -> ApiResult<String> {
    let Some(id) = call.caller.user_id().map(str::to_owned) else { return Ok(String::new()) };
    let name = "SELECT coalesce(nullif(name, ''), email, '') FROM user WHERE id = ?1";
    let read =
        call.app.store.read(move |c| Ok(c.query_row(name, [id], |row| row.get(0)).optional()?)).await?;
    Ok(read.unwrap_or_default())
}

/// The first letter of the first two words that have one which can be drawn.
fn initials(name: &str) -> String {
    let mut words: Vec<&str> = name.split_whitespace().collect();
    if let [one] = words[..] {
        words = one.split(['_', '.', '@']).collect();
    }
    let first = |word: &str| {
        let letter = word.chars().find(|letter| letter.is_alphanumeric())?;
        letter.to_uppercase().next().filter(|letter| letters::has(*letter))
    };
    words.into_iter().filter_map(first).take(2).collect()
}

fn colour_of(text: &str) -> [u8; 3] {
    let sum = text.chars().fold(0_usize, |sum, letter| sum.wrapping_mul(31).wrapping_add(letter as usize));
    COLOURS[sum % COLOURS.len()]
}

/// White or black, whichever can be read better (the luminance of WCAG, in thousandths).
fn ink([red, green, blue]: [u8; 3]) -> [u8; 3] {
    let light = 299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue);
    if light > 150 * 1000 { [0x1c; 3] } else { [0xff; 3] }
}

fn opaque([red, green, blue]: [u8; 3]) -> Rgba<u8> {
    Rgba([red, green, blue, 0xff])
}

fn colour(text: &str) -> Option<[u8; 3]> {
    let text = text.trim_start_matches('#');
    if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let whole: String = match text.len() {
        3 => text.chars().flat_map(|digit| [digit, digit]).collect(),
        6 => text.to_owned(),
        _ => return None,
    };
    let [_, red, green, blue] = u32::from_str_radix(&whole, 16).ok()?.to_be_bytes();
    Some([red, green, blue])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_initials_in_many_scripts() {
        for (name, expected) in [
            ("Ada Lovelace", "AL"),
            ("ada king lovelace", "AK"),
            ("ada_lovelace", "AL"),
            ("ada.lovelace@example.org", "AL"),
            ("Ada", "A"),
            ("  émile   zola ", "ÉZ"),
            ("Łukasz Żak", "ŁŻ"),
            ("Анна Ахматова", "АА"),
            ("Αλέξης Ζορμπάς", "ΑΖ"),
            ("(Bob) 3rd", "B3"),
            ("ßen", "S"),
            ("李 明", ""),
            ("", ""),
            ("- _", ""),
        ] {
            assert_eq!(initials(name), expected, "{name}");
        }
    }

    #[test]
    fn colours_are_read_and_carry_what_can_be_read_on_them() {
        assert_eq!(colour("ff8000"), Some([255, 128, 0]));
        assert_eq!(colour("#f80"), Some([255, 136, 0]));
        for bad in ["", "ff", "red", "ggg", "+12345", "éé"] {
            assert_eq!(colour(bad), None, "{bad}");
        }
        assert_eq!((ink([255; 3]), ink([0; 3])), ([0x1c; 3], [0xff; 3]));
        assert!(COLOURS.iter().all(|colour| ink(*colour) == [0xff; 3]));
        assert_eq!(colour_of("AL"), colour_of("AL"));
    }
}
