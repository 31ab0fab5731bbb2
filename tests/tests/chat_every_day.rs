//! What people do with Chat and People all day, by mouse and keys, in two windows: whatever concerns both is seen in both.

use std::time::Duration;

use anyhow::Result;
use fantoccini::{Locator, key::Key};
use serde_json::json;
use telestack_e2e::{FIELD, PATIENCE, ROOM, Stage, enter_room, open_area, picture, write};
use telestack_testkit::{wait_for, windows::Window};

const MARK_ALL: &str = "document.activeElement.select(); return true";
const VALUE: &str = "return document.querySelector('.composer textarea')?.value === arguments[0]";

/// A button by the words on it, or by its label.
fn named(name: &str) -> String {
    format!(
        "//button[not(@disabled)][@aria-label='{name}' or normalize-space()='{name}' or .//*[normalize-space()='{name}']]"
    )
}

/// A message by some of its words.
fn message(words: &str) -> String {
    format!("//article[contains(., \"{words}\")]//div[contains(@class, 'body')]")
}

fn held(modifier: Key, key: Key) -> String {
    String::from_iter([char::from(modifier), char::from(key), char::from(modifier)])
}

fn place(selector: &str) -> Locator<'_> {
    if selector.starts_with('/') { Locator::XPath(selector) } else { Locator::Css(selector) }
}

/// Presses with the mouse: what is out of sight, covered or disabled cannot be pressed.
async fn click(window: &Window, selector: &str) -> Result<()> {
    let what = format!("{}: {selector} to press", window.name());
    let pressed = wait_for(&what, PATIENCE, || async {
        for each in window.client().find_all(place(selector)).await.ok()? {
            if each.is_displayed().await.unwrap_or(false) && each.click().await.is_ok() {
                return Some(());
            }
        }
        None
    });
    pressed.await
}

async fn click_named(window: &Window, name: &str) -> Result<()> {
    click(window, &named(name)).await
}

/// Opens a message's menu from the bar that floats over what is pointed at.
async fn menu(window: &Window, words: &str) -> Result<()> {
    // A receipt that comes moves the lines, and the press goes beside it.
    wait_for("a message's menu", PATIENCE, || async {
        click(window, &message(words)).await.ok()?;
        click(window, ".msg-actions [aria-label=More]").await.ok()?;
        window.appears("[role=menu]", Duration::from_secs(1)).await.ok().map(drop)
    })
    .await
}

/// Takes an entry of the open menu, which closes. The press is repeated where the menu still went to its place.
async fn choose(window: &Window, entry: &str) -> Result<()> {
    let entry = format!("//*[@role='menu']//button[starts-with(normalize-space(), '{entry}')]");
    wait_for("the menu to close", PATIENCE, || async {
        let open = window.client().find(place(&entry)).await;
        if let Ok(entry) = open {
            entry.click().await.ok();
        }
        window.client().find(place("[role=menu]")).await.is_err().then_some(())
    })
    .await
}

/// Types into what has the focus, wherever that is.
async fn types(window: &Window, text: &str) -> Result<()> {
    window.client().active_element().await?.send_keys(text).await?;
    Ok(())
}

async fn field_has(window: &Window, text: &str) -> Result<()> {
    window.until(&format!("the field to have {text:?}"), PATIENCE, VALUE, &[json!(text)]).await.map(drop)
}

async fn gone(window: &Window, selector: &str) -> Result<()> {
    let script =
        "return ![...document.querySelectorAll(arguments[0])].some((each) => each.checkVisibility())";
    window.until(&format!("no {selector}"), PATIENCE, script, &[json!(selector)]).await.map(drop)
}

async fn says_not(window: &Window, words: &str) -> Result<()> {
    let script = "return ![...document.querySelectorAll('.msg')].some((each) => each.innerText.includes(arguments[0]))";
    window.until(&format!("no {words:?}"), PATIENCE, script, &[json!(words)]).await.map(drop)
}

async fn see(windows: &[&Window], name: &str) -> Result<()> {
    for window in windows {
        window.picture(&picture(&format!("chat-day-{name}-{}", window.name()))).await?;
    }
    Ok(())
}

/// A message is changed by its menu, then by the key for the last one; Esc leaves it as it is.
async fn edit(ada: &Window, ben: &Window) -> Result<()> {
    write(ada, "We meet at nine").await?;
    menu(ada, "We meet at nine").await?;
    choose(ada, "Edit").await?;
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
    menu(ada, WORDS).await?;
    choose(ada, "Delete").await?;
    says_not(ada, WORDS).await?;
    see(&[ada], "deleted").await?;
    ada.chord(Key::Control, 'z').await?;
    ada.says(WORDS, PATIENCE).await?;
    menu(ada, WORDS).await?;
    choose(ada, "Delete").await?;
    says_not(ada, WORDS).await?;
    click_named(ada, "Undo").await?;
    ada.says(WORDS, PATIENCE).await?;
    menu(ada, WORDS).await?;
    choose(ada, "Copy text").await?;
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

/// The menu of a room, the filters and the search of the list.
async fn list(ada: &Window, ben: &Window) -> Result<()> {
    const MENU: &str = "document.querySelector(arguments[0]).dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, clientX: 200, clientY: 160 })); return true";
    click(ben, "[data-name='Release 2.4']").await?;
    click(ada, FIELD).await?;
    write(ada, "Is anybody here?").await?;
    ben.appears("[data-name=Engineering] .badge", PATIENCE).await?;
    click_named(ben, "Unread").await?;
    gone(ben, "[data-name='Clinic handover']").await?;
    ben.run(MENU, vec![json!(ROOM)]).await?;
    see(&[ben], "room-menu").await?;
    choose(ben, "Mark as read").await?;
    gone(ben, ROOM).await?;
    click_named(ben, "Rooms").await?;
    ben.appears(ROOM, PATIENCE).await?;
    click_named(ben, "Direct").await?;
    gone(ben, ROOM).await?;
    click_named(ben, "All").await?;
    click(ben, "[data-find=list]").await?;
    types(ben, "clinic").await?;
    gone(ben, ROOM).await?;
    types(ben, "xyz").await?;
    ben.says("No room is called so", PATIENCE).await?;
    ben.key(Key::Escape).await?;
    ben.appears(ROOM, PATIENCE).await?;
    click(ben, ROOM).await
}

/// Ada makes two rooms and asks Ben into both: he enters the one, and not the other, and leaves the first.
async fn rooms(ada: &Window, ben: &Window) -> Result<()> {
    for name in ["Spring fair", "Night watch"] {
        ada.chord(Key::Control, 'n').await?;
        click_named(ada, "New room").await?;
        ada.says("Private and encrypted", PATIENCE).await?;
        types(ada, name).await?;
        types(ada, &format!("{}What we sell", char::from(Key::Tab))).await?;
        ada.key(Key::Tab).await?;
        types(ada, "ben").await?;
        ada.key(Key::Enter).await?;
        ada.says("Ben Okafor", PATIENCE).await?;
        ada.appears(".token", PATIENCE).await?;
        see(&[ada], "new-room").await?;
        click_named(ada, "Create room").await?;
        gone(ada, "dialog").await?;
        ada.appears(&format!("[data-name='{name}'][aria-current=true]"), PATIENCE).await?;
        types(ada, "Welcome").await?;
        ada.key(Key::Enter).await?;
        ada.says("Welcome", PATIENCE).await?;
        click(ben, &format!("[data-name='{name}']")).await?;
        ben.says("Ada Lovelace invites you", PATIENCE).await?;
        if name == "Spring fair" {
            click_named(ben, "Join").await?;
            ben.appears(FIELD, PATIENCE).await?;
            ada.says("Ben Okafor came in", PATIENCE).await?;
        } else {
            click_named(ben, "Decline").await?;
            gone(ben, "[data-name='Night watch']").await?;
            ben.says("Choose a room", PATIENCE).await?;
            ada.says("Ben Okafor declined the invitation", PATIENCE).await?;
        }
        see(&[ada, ben], "answered").await?;
    }
    click(ben, "[data-name='Spring fair']").await?;
    click_named(ben, "Leave room").await?;
    ben.says("Leave Spring fair?", PATIENCE).await?;
    click_named(ben, "Stay").await?;
    gone(ben, "dialog").await?;
    click_named(ben, "Leave room").await?;
    click(ben, "dialog .danger").await?;
    gone(ben, "dialog").await?;
    gone(ben, "[data-name='Spring fair']").await?;
    click(ada, "[data-name='Spring fair']").await?;
    ada.says("Ben Okafor left", PATIENCE).await
}

/// From the members of a room to a profile, whatever was searched there before, and on to a conversation.
async fn members(ada: &Window, ben: &Window) -> Result<()> {
    open_area(ada, "people").await?;
    click(ada, "aside input[type=search]").await?;
    types(ada, "grace").await?;
    gone(ada, "tbody [data-name='Ben Okafor']").await?;
    open_area(ada, "chat").await?;
    click(ada, ROOM).await?;
    click(ada, "aside.side [data-name='Ben Okafor']").await?;
    ada.appears(".side h2", PATIENCE).await?;
    ada.says("ben@northlight.example", PATIENCE).await?;
    see(&[ada], "profile").await?;
    click_named(ada, "Message").await?;
    ada.appears(FIELD, PATIENCE).await?;
    types(ada, "Only for you").await?;
    ada.key(Key::Enter).await?;
    click(ben, "[data-name='Ada Lovelace']").await?;
    click_named(ben, "Join").await?;
    ben.says("Only for you", PATIENCE).await
}

/// The filters and teams of People, the profile's ways, and Esc.
async fn people(ada: &Window) -> Result<()> {
    open_area(ada, "people").await?;
    for (filter, who) in
        [("Clinic", "Emeka Eze"), ("Available now", "Ben Okafor"), ("Not verified yet", "Grace Kim")]
    {
        click_named(ada, filter).await?;
        ada.appears(&format!("tbody [data-name='{who}']"), PATIENCE).await?;
    }
    click_named(ada, "In a call").await?;
    ada.says("Nobody is in a call", PATIENCE).await?;
    see(&[ada], "people-none").await?;
    click_named(ada, "Everybody").await?;
    click(ada, "tbody [data-name='Grace Kim']").await?;
    ada.says("grace@northlight.example", PATIENCE).await?;
    ada.key(Key::Escape).await?;
    gone(ada, "aside.side").await?;
    click(ada, "tbody [data-name='Ada Lovelace']").await?;
    click_named(ada, "Change name or picture").await?;
    ada.appears(".window[data-area=settings]", PATIENCE).await?;
    open_area(ada, "chat").await
}

/// Ctrl+K leads to a person, a room and a command as fast as one types; Ctrl+/ lists the keys.
async fn palette(ada: &Window) -> Result<()> {
    let enter = char::from(Key::Enter);
    click(ada, ROOM).await?;
    ada.chord(Key::Control, 'k').await?;
    see(&[ada], "palette").await?;
    types(ada, &format!("ben oka{enter}")).await?;
    ada.appears("[data-name='Ben Okafor'][aria-current=true]", PATIENCE).await?;
    ada.chord(Key::Control, 'k').await?;
    types(ada, &format!("clinic{enter}")).await?;
    ada.appears("[data-name='Clinic handover'][aria-current=true]", PATIENCE).await?;
    types(ada, "b").await?;
    field_has(ada, "b").await?;
    ada.key(Key::Backspace).await?;
    ada.chord(Key::Control, 'k').await?;
    types(ada, &format!(">new room{enter}")).await?;
    ada.says("Private and encrypted", PATIENCE).await?;
    ada.key(Key::Escape).await?;
    gone(ada, "dialog").await?;
    ada.chord(Key::Control, 'k').await?;
    types(ada, "zzzz").await?;
    ada.key(Key::Escape).await?;
    gone(ada, ".palette").await?;
    ada.chord(Key::Control, '/').await?;
    ada.says("Take back a deletion", PATIENCE).await?;
    see(&[ada], "keys").await?;
    ada.key(Key::Escape).await?;
    gone(ada, "dialog").await?;
    types(ada, "c").await?;
    field_has(ada, "c").await?;
    ada.key(Key::Backspace).await
}

#[tokio::test(flavor = "multi_thread")]
async fn people_work_in_chat_all_day() -> Result<()> {
    let stage = Stage::start().await?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("Sunset.png");
    image::RgbImage::from_fn(640, 400, |x, y| image::Rgb([(x / 3) as u8, (y / 2) as u8, 90])).save(&file)?;
    let ada = stage.options("ada")?.env("TELESTACK_TEST_DIALOG", file.to_string_lossy());
    let (ada_window, ben_window) =
        tokio::try_join!(stage.first_window(ada), stage.first_window(stage.options("ben")?))?;
    let (ada, ben) = (&ada_window, &ben_window);
    tokio::try_join!(enter_room(ada), enter_room(ben))?;
    edit(ada, ben).await?;
    reply(ada, ben).await?;
    delete(ada, ben).await?;
    compose(ada, ben).await?;
    drafts(ada).await?;
    pictures(ada, ben).await?;
    find(ada).await?;
    list(ada, ben).await?;
    rooms(ada, ben).await?;
    members(ada, ben).await?;
    people(ada).await?;
    palette(ada).await?;
    ada_window.close().await?;
    ben_window.close().await
}
