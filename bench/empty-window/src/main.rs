//! What the app's start and memory are held against: a window with the same plugins and options, and next to nothing
//! in its page.

use std::path::PathBuf;

use tauri::{WebviewUrl, WebviewWindowBuilder};

fn main() -> tauri::Result<()> {
    let folder = std::env::var_os("TELESTACK_PROFILE_DIR").map(PathBuf::from).unwrap_or_default();
    let driven = std::env::var_os("TAURI_WEBVIEW_AUTOMATION").is_some();
    let state = folder.join("window.json");
    tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|_, _, _| {}))
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_window_state::Builder::new().with_filename(state.to_string_lossy()).build())
        .setup(move |app| {
            WebviewWindowBuilder::new(app, "main", WebviewUrl::default())
                .inner_size(1280.0, 800.0)
                .data_directory(folder.join("webview"))
                .incognito(!driven)
                .build()?;
            Ok(())
        })
        .run(tauri::generate_context!())
}
