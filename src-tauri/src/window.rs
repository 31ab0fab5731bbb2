//! The one window: how it opens, what closing it means, what is dropped on it.

use tauri::{
    AppHandle, DragDropEvent, Manager as _, Theme as WindowTheme, WebviewUrl, WebviewWindow,
    WebviewWindowBuilder, WindowEvent,
};
use tauri_specta::Event as _;
use telestack_app::{
    App,
    view::{Settings, Theme},
};

use crate::{environment::Environment, events::FilesDropped, grants::Grants, tray};

const LABEL: &str = "main";

pub fn open(handle: &AppHandle) -> tauri::Result<()> {
    let environment = handle.state::<Environment>();
    let window = WebviewWindowBuilder::new(handle, LABEL, WebviewUrl::default())
        .title("TeleStack")
        .inner_size(1280.0, 800.0)
        .min_inner_size(480.0, 400.0)
        .data_directory(environment.profile_dir.join("webview"))
        // Nothing that the window shows may reach the disk. A driver cannot reach into such a window, so a driven one
        // keeps its cache in its profile.
        .incognito(!environment.automated)
        // The window shows our own pages and nothing else, whatever a page asks for.
        .on_navigation(|url| url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost") || dev(url))
        .build()?;
    let handle = handle.clone();
    window.on_window_event(move |event| match event {
        WindowEvent::CloseRequested { api, .. }
            if tray::present(&handle) && !handle.state::<Environment>().close_quits =>
        {
            api.prevent_close();
            hide(&handle);
        }
        WindowEvent::DragDrop(DragDropEvent::Drop { paths, position }) => {
            dropped(&handle, paths, (position.x, position.y));
        }
        _ => {}
    });
    Ok(())
}

/// `tauri dev` alone serves pages elsewhere.
fn dev(url: &tauri::Url) -> bool {
    cfg!(not(feature = "custom-protocol")) && url.host_str() == Some("localhost")
}

pub fn main(handle: &AppHandle) -> Option<WebviewWindow> {
    handle.get_webview_window(LABEL)
}

/// Brings the window to the front.
pub fn show(handle: &AppHandle) {
    if let Some(window) = main(handle)
        && let Err(error) = window.show().and_then(|()| window.unminimize()).and_then(|()| window.set_focus())
    {
        tracing::warn!(%error, "the window did not come to the front");
    }
}

pub fn in_front(handle: &AppHandle) -> bool {
    main(handle).is_some_and(|window| window.is_focused().unwrap_or(false))
}

fn hide(handle: &AppHandle) {
    if let Some(window) = main(handle)
        && let Err(error) = window.hide()
    {
        tracing::warn!(%error, "the window did not hide");
    }
}

/// The window's frame follows the theme that was chosen, and `prefers-color-scheme` with it.
pub async fn follow_theme(handle: AppHandle) {
    let app = handle.state::<App>().inner().clone();
    let apply = move |settings: Settings| {
        let Some(window) = main(&handle) else { return false };
        let theme = match settings.theme {
            Theme::System => None,
            Theme::Light => Some(WindowTheme::Light),
            Theme::Dark => Some(WindowTheme::Dark),
        };
        window.set_theme(theme).is_ok()
    };
    if let Err(error) = app.settings(Box::new(apply)).await {
        tracing::warn!(code = error.code.as_str(), "the theme is not followed");
    }
}

fn dropped(handle: &AppHandle, paths: &[std::path::PathBuf], (x, y): (f64, f64)) {
    handle.state::<Grants>().allow_reading(paths);
    // GTK counts in CSS pixels already.
    let scale = if cfg!(target_os = "linux") {
        1.0
    } else {
        main(handle).and_then(|window| window.scale_factor().ok()).unwrap_or(1.0)
    };
    let paths = paths.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    if let Err(error) = (FilesDropped { paths, x: x / scale, y: y / scale }).emit(handle) {
        tracing::warn!(%error, "dropped files did not reach the window");
    }
}
