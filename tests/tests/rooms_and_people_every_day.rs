//! What people do with rooms, the directory and the palette all day, by mouse and keys, in two windows: whatever concerns both
//! is seen in both.

use anyhow::Result;
use fantoccini::key::Key;
use serde_json::json;
use telestack_e2e::{
    FIELD, PATIENCE, ROOM, Stage,
    chat::{field_has, see},
    enter_room,
    hands::{choose, click, click_named, gone, types},
    open_area, write,
};
use telestack_testkit::windows::Window;

/// The menu of a room, the filters and the search of the list.
async fn list(ada: &Window, ben: &Window) -> Result<()> {
    const MENU: &str = "document.querySelector(arguments[0]).dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, clientX: 200, clientY: 160 })); return true";
    click(ben, "[data-name='Release 2.4']").await?;
    click(ada, FIELD).await?;
    write(ada, "Is anybody here?").await?;
    ben.appears("[data-name=Engineering] .badge", PATIENCE).await?;
    click_named(ben, "Unread").await?;
    gone(ben, "[data-name='Clinic handover']").await?;
    let menu = async || {
        ben.run(MENU, vec![json!(ROOM)]).await?;
        see(&[ben], "room-menu").await
    };
    choose(ben, menu, "Mark as read").await?;
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
    // People who come into the list above it would move it from under the mouse.
    ben.press_named("Leave room").await?;
    ben.says("Leave Spring fair?", PATIENCE).await?;
    click_named(ben, "Stay").await?;
    gone(ben, "dialog").await?;
    ben.press_named("Leave room").await?;
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
async fn rooms_and_people_are_found_made_and_left() -> Result<()> {
    let stage = Stage::start().await?;
    let (ada, ben) = tokio::try_join!(
        stage.first_window(stage.options("ada")?),
        stage.first_window(stage.options("ben")?)
    )?;
    tokio::try_join!(enter_room(&ada), enter_room(&ben))?;
    list(&ada, &ben).await?;
    rooms(&ada, &ben).await?;
    members(&ada, &ben).await?;
    people(&ada).await?;
    palette(&ada).await?;
    ada.close().await?;
    ben.close().await
}
