//! What a window shows and plays of the other side in a call of two.

use anyhow::{Context, Result, ensure};
use serde_json::json;
use telestack_media::picture::{Stamp, from_rgba, read_stamp};
use telestack_testkit::{wait_for, windows::Window};

use crate::{PATIENCE, picture};

/// As often must a number be higher than the one before.
const RISES: u32 = 3;
/// The last tile of the stage: the first one is this window's own.
const OTHER: &str = "const all = [...document.querySelectorAll('.on-stage [data-tile]')];
    if (all.length < 2) return null;
    const { left, top, width, height } = all.at(-1).getBoundingClientRect();
    return [left, top, width, height].map((each) => Math.round(each * devicePixelRatio))";

/// A tile's place in the page's pixels.
const TILE: &str = "const tile = document.querySelector(arguments[0]);
    if (!tile) return null;
    const { left, top, width, height } = tile.getBoundingClientRect();
    return [left, top, width, height].map((each) => Math.round(each * devicePixelRatio))";

/// Waits until a tile shows something in its middle, away from the words on it.
///
/// # Errors
/// It stays black.
pub async fn shows_a_picture(window: &Window, tile: &str) -> Result<()> {
    let what = format!("a picture in {tile}");
    let lit = wait_for(&what, PATIENCE, || async {
        let place: Option<[u32; 4]> =
            serde_json::from_value(window.run(TILE, vec![json!(tile)]).await.ok()?).ok()?;
        let [left, top, width, height] = place?;
        let page = window.pixels().await.ok()?;
        let middle =
            image::imageops::crop_imm(&page, left + width / 4, top + height / 4, width / 2, height / 2);
        middle.to_image().pixels().any(|pixel| pixel.0[..3].iter().any(|part| *part > 60)).then_some(())
    });
    lit.await.with_context(|| window.name().to_owned())
}

/// What the test picture in the other's tile says about itself, read out of the window's pixels.
async fn stamp(window: &Window) -> Result<Option<Stamp>> {
    let place: Option<[u32; 4]> = serde_json::from_value(window.run(OTHER, Vec::new()).await?)?;
    let Some([left, top, width, height]) = place else { return Ok(None) };
    let page = window.pixels().await?;
    ensure!(left + width <= page.width() && top + height <= page.height(), "the tile is not in the picture");
    let tile = image::imageops::crop_imm(&page, left, top, width, height).to_image();
    let (width, height) = tile.dimensions();
    let picture = from_rgba(width, height, 0, &tile.into_raw()).context("a tile is no picture")?;
    Ok(read_stamp(&picture))
}

/// The numbers of the other's pictures rise where a person looks.
///
/// # Errors
/// There are none, or they stand still.
pub async fn sees_the_other(window: &Window) -> Result<()> {
    let (mut last, mut rises) = (None, 0);
    while rises < RISES {
        let before = last;
        let next = wait_for("another picture of the other side", PATIENCE, || async {
            let number = stamp(window).await.ok().flatten()?.number;
            (Some(number) != before).then_some(number)
        });
        let next = match next.await {
            Ok(next) => next,
            Err(fault) => {
                // What the window shows in place of it tells why.
                window.picture(&picture(&format!("{}-sees-nobody", window.name()))).await?;
                let page = window.run("return document.body.innerText", Vec::new()).await?;
                return Err(fault.context(format!("{}: the page says {page}", window.name())));
            }
        };
        // A camera that was started again counts from the beginning.
        rises = if before.is_some_and(|before| next > before) { rises + 1 } else { 0 };
        last = Some(next);
    }
    Ok(())
}

/// The other's tone is what the mixer plays, by the call's own details.
///
/// # Errors
/// Nothing is heard, or something else.
pub async fn hears_the_other(window: &Window, hertz: f64) -> Result<()> {
    const PITCH: &str = "const told = document.querySelector('[data-details]')?.innerText.match(/(\\d+) Hz/);
        return told && Math.abs(Number(told[1]) - arguments[0]) <= 5";
    window.press_named("Call details").await?;
    window.until(&format!("a tone of {hertz} Hz"), PATIENCE, PITCH, &[json!(hertz)]).await?;
    Ok(())
}

/// Closes what [`hears_the_other`] opened.
///
/// # Errors
/// It stays open.
pub async fn close_details(window: &Window) -> Result<()> {
    window.key(fantoccini::key::Key::Escape).await?;
    window
        .until("details to close", PATIENCE, "return !document.querySelector('[data-details]')", &[])
        .await?;
    Ok(())
}

/// Everybody of `windows` is in the call and gets the other's picture.
///
/// # Errors
/// Somebody is not, or does not.
pub async fn are_in_a_call(windows: &[&Window]) -> Result<()> {
    for window in windows {
        window.appears("[data-phase=connected]", PATIENCE).await?;
        sees_the_other(window).await?;
    }
    Ok(())
}

/// `caller` starts a video call in the room that both have open, and `callee` joins. A room of many is told of a call but
/// does not ring.
///
/// # Errors
/// It does not come about.
pub async fn call(caller: &Window, callee: &Window) -> Result<()> {
    caller.press("[aria-label='Video call']").await?;
    caller.press_named("Join now").await?;
    callee.press_named("Join").await?;
    callee.press_named("Join now").await?;
    are_in_a_call(&[caller, callee]).await
}
