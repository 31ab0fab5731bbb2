//! What people do with messages all day, by mouse and keys, in two windows: whatever concerns both is seen in both.

use anyhow::Result;
use fantoccini::key::Key;
use telestack_e2e::{
    FIELD, PATIENCE, ROOM, Stage,
    chat::{field_has, menu, message, says_not, see},
    enter_room,
    hands::{choose, click, click_named, gone, held, types},
    write,
};
use telestack_testkit::windows::Window;

const MARK_ALL: &str = "document.activeElement.select(); return true";

/// A message is changed by its menu, then by the key for the last one; Esc leaves it as it is.
async fn edit(ada: &Window, ben: &Window) -> Result<()> {
    write(ada, "We meet at nine").await?;
    choose(ada, || menu(ada, "We meet at nine"), "Edit").await?;
    field_has(ada, "We meet at nine").await?;
    ada.run(MARK_ALL, Vec::new()).await?;
    types(ada, "We meet at ten").await?;
    ada.key(Key::Enter).await?;
    ben.says("We meet at ten", PATIENCE).await?;
    field_has(ada, "").await?;
    ada.key(Key::Up).await?;
    field_has(ada, "We meet at ten").await?;
    types(ada, " o'clock").await?;
    ada.key(Key::Escape).await?;
    field_has(ada, "").await?;
    ada.key(Key::Up).await?;
    types(ada, " sharp").await?;
    ada.key(Key::Enter).await?;
    for window in [ada, ben] {
        window.says("We meet at ten sharp", PATIENCE).await?;
        window.says("edited", PATIENCE).await?;
    }
    Ok(())
}

/// An answer quotes what it is about, and the quote leads there.
async fn reply(ada: &Window, ben: &Window) -> Result<()> {
    let long: Vec<String> = (1..30).map(|line| format!("Point {line}")).collect();
    click(ada, FIELD).await?;
    types(ada, &long.join(&held(Key::Shift, Key::Enter))).await?;
    ada.key(Key::Enter).await?;
    ben.says("Point 29", PATIENCE).await?;
    // By the keyboard alone, to the message before the newest.
    click(ben, FIELD).await?;
    types(ben, &held(Key::Shift, Key::Tab)).await?;
    types(ben, &held(Key::Shift, Key::Tab)).await?;
    let outside =
        "return document.activeElement !== document.body && !document.activeElement.closest('.timeline')";
    ben.until("the focus before the messages", PATIENCE, outside, &[]).await?;
    click(ben, FIELD).await?;
    types(ben, &held(Key::Shift, Key::Tab)).await?;
    ben.key(Key::Up).await?;
    types(ben, "r").await?;
    field_has(ben, "").await?;
    ben.says("Reply to", PATIENCE).await?;
    types(ben, "I come at eleven").await?;
    ben.key(Key::Enter).await?;
    ada.says("I come at eleven", PATIENCE).await?;
    click(ada, ".quote").await?;
    ada.appears(".msg.marked", PATIENCE).await?;
    click(ada, "[aria-label='To the newest']").await?;
    gone(ada, "[aria-label='To the newest']").await?;
    // The bar over a message that is longer than the window can be reached.
    click(ben, &message("Point 29")).await?;
    click(ben, ".msg-actions [aria-label=Reply]").await?;
    ben.says("Reply to", PATIENCE).await?;
    ben.key(Key::Escape).await?;
    gone(ben, ".reply").await?;
    types(ben, "Still here").await?;
    field_has(ben, "Still here").await?;
    ben.run(MARK_ALL, Vec::new()).await?;
    ben.key(Key::Delete).await
}

/// What is deleted comes back by keys and by the note's button; what is left alone is gone for everybody.
async fn delete(ada: &Window, ben: &Window) -> Result<()> {
    const WORDS: &str = "This was for somebody else";
    click(ada, FIELD).await?;
    write(ada, WORDS).await?;
    ben.says(WORDS, PATIENCE).await?;
    choose(ada, || menu(ada, WORDS), "Delete").await?;
    says_not(ada, WORDS).await?;
    see(&[ada], "deleted").await?;
    ada.chord(Key::Control, 'z').await?;
    ada.says(WORDS, PATIENCE).await?;
    choose(ada, || menu(ada, WORDS), "Delete").await?;
    says_not(ada, WORDS).await?;
    click_named(ada, "Undo").await?;
    ada.says(WORDS, PATIENCE).await?;
    choose(ada, || menu(ada, WORDS), "Copy text").await?;
    ada.says("Copied", PATIENCE).await?;
    click(ada, FIELD).await?;
    ada.chord(Key::Control, 'v').await?;
    field_has(ada, WORDS).await?;
    ada.run(MARK_ALL, Vec::new()).await?;
    ada.key(Key::Delete).await?;
    field_has(ada, "").await?;
    // By the keyboard alone: back to the messages, and at the newest.
    types(ada, &held(Key::Shift, Key::Tab)).await?;
    ada.key(Key::Delete).await?;
    says_not(ada, WORDS).await?;
    ben.says("Ada deleted a message", PATIENCE).await?;
    says_not(ben, WORDS).await?;
    ada.says("You deleted a message", PATIENCE).await
}

/// Marks from the bar, a block of code by its signs, and a person by the list that @ opens.
async fn compose(ada: &Window, ben: &Window) -> Result<()> {
    click(ada, FIELD).await?;
    types(ada, "urgent").await?;
    ada.run(MARK_ALL, Vec::new()).await?;
    click_named(ada, "Formatting").await?;
    click_named(ada, "Bold").await?;
    field_has(ada, "**urgent**").await?;
    click_named(ada, "Italic").await?;
    field_has(ada, "**_urgent_**").await?;
    click_named(ada, "Italic").await?;
    field_has(ada, "**urgent**").await?;
    ada.key(Key::Enter).await?;
    for window in [ada, ben] {
        window.appears(".msg strong", PATIENCE).await?;
    }
    types(ada, &["```", "let a = 1;", "let b = 2;", "```"].join(&held(Key::Shift, Key::Enter))).await?;
    ada.key(Key::Enter).await?;
    for window in [ada, ben] {
        window.appears(".msg pre", PATIENCE).await?;
        window.says("let a = 1; let b = 2;", PATIENCE).await?;
    }
    click_named(ada, "Formatting").await?;
    click(ada, FIELD).await?;
    types(ada, "Ask @be").await?;
    ada.appears("[role=listbox] [role=option]", PATIENCE).await?;
    ada.key(Key::Enter).await?;
    field_has(ada, "Ask @Ben Okafor ").await?;
    types(ada, "and @gr").await?;
    click(ada, "[role=listbox] [role=option]").await?;
    field_has(ada, "Ask @Ben Okafor and @Grace Kim ").await?;
    ada.key(Key::Enter).await?;
    ben.appears(".msg.mentions", PATIENCE).await?;
    see(&[ada, ben], "composed").await
}

/// What was begun stays where it was begun.
async fn drafts(ada: &Window) -> Result<()> {
    click(ada, FIELD).await?;
    types(ada, "Half a thought").await?;
    click(ada, "[data-name='Clinic handover']").await?;
    field_has(ada, "").await?;
    ada.says("Draft: Half a thought", PATIENCE).await?;
    types(ada, "Another").await?;
    see(&[ada], "draft").await?;
    click(ada, ROOM).await?;
    field_has(ada, "Half a thought").await?;
    ada.run(MARK_ALL, Vec::new()).await?;
    ada.key(Key::Delete).await?;
    click(ada, "[data-name='Clinic handover']").await?;
    field_has(ada, "Another").await?;
    ada.run(MARK_ALL, Vec::new()).await?;
    ada.key(Key::Delete).await?;
    click(ada, ROOM).await?;
    field_has(ada, "").await?;
    let script = "return !document.body.innerText.includes('Draft:')";
    ada.until("no draft", PATIENCE, script, &[]).await.map(drop)
}

/// A picture goes with words; both look at it in the window's whole size, and leave by keys.
async fn pictures(ada: &Window, ben: &Window) -> Result<()> {
    for words in ["The first evening", "The second evening"] {
        click_named(ada, "Attach files").await?;
        ada.says("Sunset.png", PATIENCE).await?;
        types(ada, words).await?;
        ada.key(Key::Enter).await?;
        ben.says(words, PATIENCE).await?;
    }
    for window in [ada, ben] {
        click(window, "//article[contains(., 'The second evening')]//button[@title='Open picture']").await?;
        window.appears("dialog.on-stage img", PATIENCE).await?;
        window.says("The second evening", PATIENCE).await?;
        see(&[window], "viewer").await?;
        window.key(Key::Left).await?;
        let first =
            "return document.querySelector('dialog.on-stage .caption')?.innerText === 'The first evening'";
        window.until("the picture before", PATIENCE, first, &[]).await?;
        window.key(Key::Escape).await?;
        gone(window, "dialog").await?;
    }
    click(ada, "[role=tab]:nth-child(2)").await?;
    click(ada, "[role=tab]:nth-child(1)").await
}

/// Ctrl+F finds in the room, newest first; asked again it takes the focus back, and Esc gives it to the field.
async fn find(ada: &Window) -> Result<()> {
    click(ada, FIELD).await?;
    ada.chord(Key::Control, 'f').await?;
    ada.appears(".bar [type=search]", PATIENCE).await?;
    types(ada, "evening").await?;
    ada.says("1 of 2", PATIENCE).await?;
    ada.key(Key::Enter).await?;
    ada.says("2 of 2", PATIENCE).await?;
    let seen = "return document.querySelector('.bar [role=status]').offsetWidth > 20";
    ada.until("the count to be seen", PATIENCE, seen, &[]).await?;
    see(&[ada], "find").await?;
    click(ada, FIELD).await?;
    ada.chord(Key::Control, 'f').await?;
    types(ada, "sharp").await?;
    ada.says("1 of 1", PATIENCE).await?;
    ada.key(Key::Escape).await?;
    gone(ada, ".bar [type=search]").await?;
    types(ada, "a").await?;
    field_has(ada, "a").await?;
    ada.key(Key::Backspace).await?;
    // Esc closes the topmost thing, and then leads to the newest.
    ada.key(Key::Escape).await?;
    gone(ada, "aside.side").await?;
    ada.key(Key::Escape).await?;
    gone(ada, "[aria-label='To the newest']").await?;
    ada.chord(Key::Control, 'i').await?;
    ada.appears("aside.side", PATIENCE).await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_write_all_day() -> Result<()> {
    let stage = Stage::start().await?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("Sunset.png");
    image::RgbImage::from_fn(640, 400, |x, y| image::Rgb([(x / 3) as u8, (y / 2) as u8, 90])).save(&file)?;
    let ada = stage.options("ada")?.env("TELESTACK_TEST_DIALOG", file.to_string_lossy());
    let (ada, ben) = tokio::try_join!(stage.first_window(ada), stage.first_window(stage.options("ben")?))?;
    tokio::try_join!(enter_room(&ada), enter_room(&ben))?;
    edit(&ada, &ben).await?;
    reply(&ada, &ben).await?;
    delete(&ada, &ben).await?;
    compose(&ada, &ben).await?;
    drafts(&ada).await?;
    pictures(&ada, &ben).await?;
    find(&ada).await?;
    ada.close().await?;
    ben.close().await
}
