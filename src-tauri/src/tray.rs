//! The tray icon: how much is unread, open, quit. Where the desktop shows no tray there is none, and closing the window
//! ends the app.

use tauri::{
    AppHandle, Manager as _,
    image::Image,
    menu::{MenuBuilder, MenuItemBuilder},
    tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent},
};
use telestack_app::App;

use crate::{badge, environment::Environment, window, words::Words};

const ICON: &[u8] = include_bytes!("../icons/32x32.png");

/// Present in the app's state where there is a tray.
pub struct Tray(TrayIcon);

/// Makes the tray icon where the desktop has a place for it.
pub fn set_up(handle: &AppHandle, words: Words) -> tauri::Result<()> {
    if !place_for_a_tray() {
        tracing::info!("this desktop shows no tray");
        return Ok(());
    }
    let menu = MenuBuilder::new(handle)
        .item(&MenuItemBuilder::with_id("open", words.open()).build(handle)?)
        .separator()
        .item(&MenuItemBuilder::with_id("quit", words.quit()).build(handle)?)
        .build()?;
    let icon = TrayIconBuilder::with_id("telestack")
        .icon(Image::from_bytes(ICON)?)
        // Its pictures pass through files, which belong with the rest of what this profile writes.
        .temp_dir_path(handle.state::<Environment>().profile_dir.join("tray"))
        .tooltip(words.unread(0))
        .menu(&menu)
        .show_menu_on_left_click(false)
        .on_menu_event(|handle, event| match event.id().as_ref() {
            "quit" => handle.exit(0),
            _ => window::show(handle),
        })
        .on_tray_icon_event(|tray, event| {
            if let TrayIconEvent::Click {
                button: MouseButton::Left,
                button_state: MouseButtonState::Up,
                ..
            } = event
            {
                window::show(tray.app_handle());
            }
        })
        .build(handle)?;
    handle.manage(Tray(icon));
    follow_unread(handle.clone(), words);
    Ok(())
}

/// Whether closing the window may leave the app running.
pub fn present(handle: &AppHandle) -> bool {
    handle.try_state::<Tray>().is_some()
}

fn follow_unread(handle: AppHandle, words: Words) {
    let mut unread = handle.state::<App>().unread();
    tauri::async_runtime::spawn(async move {
        loop {
            let count = *unread.borrow_and_update();
            if let Err(error) = show(&handle, words, count) {
                tracing::warn!(%error, "the tray icon could not be drawn");
            }
            if unread.changed().await.is_err() {
                return;
            }
        }
    });
}

fn show(handle: &AppHandle, words: Words, count: u32) -> tauri::Result<()> {
    let Some(tray) = handle.try_state::<Tray>() else { return Ok(()) };
    let plain = Image::from_bytes(ICON)?;
    let (width, height) = (plain.width(), plain.height());
    let drawn = badge::draw(plain.rgba(), width.min(height), count);
    tray.0.set_icon(Some(Image::new_owned(drawn, width, height)))?;
    tray.0.set_tooltip(Some(words.unread(count)))
}

/// On Linux an icon appears only where somebody watches for it; elsewhere there always is a place.
#[cfg(all(unix, not(target_os = "macos")))]
fn place_for_a_tray() -> bool {
    let asked = || -> zbus::Result<bool> {
        let bus = zbus::blocking::Connection::session()?;
        let name = zbus::names::BusName::try_from("org.kde.StatusNotifierWatcher")?;
        Ok(zbus::blocking::fdo::DBusProxy::new(&bus)?.name_has_owner(name)?)
    };
    asked().unwrap_or(false)
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn place_for_a_tray() -> bool {
    true
}
