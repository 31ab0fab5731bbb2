//! What two people do with calls on an ordinary day, by buttons and keys, as each of them sees it.

use anyhow::Result;
use fantoccini::key::Key;
use serde_json::json;
use telestack_e2e::{
    PATIENCE, Stage,
    call::{sees_the_other, shows_a_picture},
    hands::gone,
    open_area, picture,
};
use telestack_testkit::windows::Window;

#[tokio::test(flavor = "multi_thread")]
async fn two_people_call_each_other_all_day() -> Result<()> {
    let stage = Stage::start().await?;
    let (ada, ben) = tokio::try_join!(
        stage.first_window(stage.options("ada")?),
        stage.first_window(stage.options("ben")?)
    )?;
    nothing_rings_before_ben_has_come_in(&ada, &ben).await?;
    ben_declines(&ada, &ben).await?;
    ben_calls_back_and_ada_answers_by_voice(&ada, &ben).await?;
    microphone_camera_and_screen_are_seen_by_the_other(&ada, &ben).await?;
    the_stage_is_arranged(&ben).await?;
    the_call_floats_over_other_work(&ada, &ben).await?;
    devices_are_chosen_in_the_call(&ada).await?;

    ben.press("[aria-label='Leave call']").await?;
    ada.says("has left. The call is over.", PATIENCE).await?;
    a_call_is_missed(&ada, &ben).await?;
    ada.close().await?;
    ben.close().await
}

/// A conversation begins with an invitation; who calls before it is accepted is told what comes of it.
async fn nothing_rings_before_ben_has_come_in(ada: &Window, ben: &Window) -> Result<()> {
    ada.chord(Key::Control, 'k').await?;
    ada.type_into("[role=dialog] input", "ben ok").await?;
    ada.says("Product Manager", PATIENCE).await?;
    ada.key(Key::Enter).await?;
    ada.press("[aria-label='Video call']").await?;
    ada.says("Ben is not in this conversation yet, so nothing rings there.", PATIENCE).await?;
    ada.key(Key::Escape).await?;
    // Back to where she came from.
    ada.appears("[aria-label='Voice call']", PATIENCE).await?;
    ben.press("[data-name='Ada Lovelace']").await?;
    ben.press_named("Join").await?;
    ada.press("[aria-label='Voice call']").await?;
    ada.says("This rings Ben when you start.", PATIENCE).await
}

async fn ben_declines(ada: &Window, ben: &Window) -> Result<()> {
    ada.press_named("Start call").await?;
    ben.appears(".ring-card", PATIENCE).await?;
    ben.says("Voice call", PATIENCE).await?;
    ben.picture(&picture("ben-rings-by-voice")).await?;
    ben.run(
        "dispatchEvent(new KeyboardEvent('keydown', { key: 'D', ctrlKey: true, shiftKey: true }))",
        Vec::new(),
    )
    .await?;
    gone(ben, ".ring-card").await?;
    ada.says("Ben Okafor declined.", PATIENCE).await?;
    ada.picture(&picture("ada-declined")).await?;
    open_area(ben, "calls").await?;
    ben.press("[data-name='Ada Lovelace']").await?;
    ben.says("Declined", PATIENCE).await
}

async fn ben_calls_back_and_ada_answers_by_voice(ada: &Window, ben: &Window) -> Result<()> {
    ben.press_named("Call again").await?;
    ben.press_named("Start call").await?;
    ada.appears(".ring-card", PATIENCE).await?;
    ada.press_named("Audio only").await?;
    for window in [ada, ben] {
        window.appears("[data-phase=connected]", PATIENCE).await?;
    }
    sees_the_other(ada).await?;
    ben.appears("[data-tile] .audio-only", PATIENCE).await?;
    ben.picture(&picture("ben-hears-only")).await
}

async fn microphone_camera_and_screen_are_seen_by_the_other(ada: &Window, ben: &Window) -> Result<()> {
    press_key(ada, 'v').await?;
    sees_the_other(ben).await?;
    press_key(ada, 'm').await?;
    ben.appears("[data-tile][aria-label='Ada Lovelace, muted']", PATIENCE).await?;
    press_key(ada, 'm').await?;
    gone(ben, "[data-tile][aria-label*=muted]").await?;
    press_key(ada, 's').await?;
    let share = "[data-tile][aria-label='Ada Lovelace is sharing']";
    ben.appears(share, PATIENCE).await?;
    shows_a_picture(ben, share).await?;
    ben.picture(&picture("ben-sees-a-screen")).await?;
    ada.press("[aria-label='Stop sharing']").await?;
    gone(ben, "[data-tile][aria-label*=sharing]").await?;
    press_key(ada, 'v').await?;
    ben.appears("[data-tile] .audio-only", PATIENCE).await?;
    press_key(ada, 'v').await?;
    sees_the_other(ben).await
}

async fn the_stage_is_arranged(ben: &Window) -> Result<()> {
    const CHOSEN: &str =
        "return document.querySelector('.segmented [aria-checked=true]').ariaLabel === arguments[0]";
    ben.press("[aria-label='Make large: Ada Lovelace']").await?;
    ben.until("a large tile", PATIENCE, CHOSEN, &[json!("Speaker")]).await?;
    ben.press("[aria-label='Back to the others: Ada Lovelace']").await?;
    ben.until("the grid", PATIENCE, CHOSEN, &[json!("Grid")]).await?;
    ben.press(".segmented [aria-label=Speaker]").await?;
    ben.until("the speaker", PATIENCE, CHOSEN, &[json!("Speaker")]).await?;
    ben.press(".segmented [aria-label=Grid]").await?;
    sees_the_other(ben).await
}

async fn the_call_floats_over_other_work(ada: &Window, ben: &Window) -> Result<()> {
    let words = "The notes are in the folder of the clinic.";
    ada.press("[aria-label='Open chat']").await?;
    ada.type_into(".composer textarea", words).await?;
    ada.key(Key::Enter).await?;
    ben.press("[aria-label='Open chat']").await?;
    ben.says(words, PATIENCE).await?;
    ada.type_into(".mini", &char::from(Key::Left).to_string()).await?;
    ada.appears(".mini.bottom-left", PATIENCE).await?;
    ada.type_into(".mini", &char::from(Key::Up).to_string()).await?;
    ada.appears(".mini.top-left", PATIENCE).await?;
    ada.picture(&picture("ada-floating")).await?;
    ada.type_into(".mini", &char::from(Key::Enter).to_string()).await?;
    ben.press("[aria-label='Back to the call']").await?;
    for window in [ada, ben] {
        sees_the_other(window).await?;
    }
    Ok(())
}

async fn devices_are_chosen_in_the_call(ada: &Window) -> Result<()> {
    ada.press("[aria-label='Choose the camera']").await?;
    ada.press("[role=menu] [role=menuitem]").await?;
    gone(ada, "[role=menu]").await?;
    ada.press("[aria-label='Microphone and speaker']").await?;
    ada.appears("[role=menu] [role=menuitem]", PATIENCE).await?;
    ada.picture(&picture("ada-chooses-sound")).await?;
    ada.key(Key::Escape).await?;
    gone(ada, "[role=menu]").await
}

async fn a_call_is_missed(ada: &Window, ben: &Window) -> Result<()> {
    // While the call that has just ended is still among those that go on, its row is for joining.
    gone(ada, "button.row .tag.calls").await?;
    ada.press("button.row[data-name='Ben Okafor']").await?;
    ada.press_named("Call again").await?;
    ada.press_named("Start call").await?;
    ben.appears(".ring-card", PATIENCE).await?;
    ada.press("[aria-label='Leave call']").await?;
    gone(ben, ".ring-card").await?;
    open_area(ben, "calls").await?;
    ben.press_named("Missed").await?;
    ben.press("[data-name='Ada Lovelace']").await?;
    ben.says("You missed Ada Lovelace", PATIENCE).await?;
    ben.picture(&picture("ben-missed")).await?;
    ben.press_named("Call back").await?;
    ben.says("This rings Ada when you start.", PATIENCE).await?;
    ben.key(Key::Escape).await?;
    ben.says("You missed Ada Lovelace", PATIENCE).await
}

/// A key of the stage, which wants no field to have the focus.
async fn press_key(window: &Window, key: char) -> Result<()> {
    window.run("document.activeElement?.blur(); window.focus()", Vec::new()).await?;
    window.type_into("body", &key.to_string()).await
}
