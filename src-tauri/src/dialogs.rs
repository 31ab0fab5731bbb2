//! The desktop's dialogs for choosing files.

use std::path::{Path, PathBuf};

use tauri::{AppHandle, Manager as _};
use tauri_plugin_dialog::{DialogExt as _, FilePath};
use tokio::sync::oneshot;

use crate::{environment::Environment, window};

/// Answers a dialog while a test drives the window, which cannot reach into dialogs: paths as in `PATH`.
const ANSWER: &str = "TELESTACK_TEST_DIALOG";

pub async fn pick_files(handle: &AppHandle) -> Vec<PathBuf> {
    if let Some(answer) = answer(handle) {
        return std::env::split_paths(&answer).collect();
    }
    let (answer, chosen) = oneshot::channel();
    dialog(handle).pick_files(move |files| {
        let _ = answer.send(files);
    });
    let files = chosen.await.ok().flatten().unwrap_or_default();
    files.into_iter().filter_map(|file| file.into_path().ok()).collect()
}

pub async fn pick_save_path(handle: &AppHandle, suggested: &str) -> Option<PathBuf> {
    let name = file_name(suggested);
    if let Some(folder) = answer(handle) {
        return Some(Path::new(&folder).with_file_name(name));
    }
    let (answer, chosen) = oneshot::channel();
    dialog(handle).set_file_name(name).save_file(move |file| {
        let _ = answer.send(file);
    });
    chosen.await.ok().flatten().and_then(|file: FilePath| file.into_path().ok())
}

fn answer(handle: &AppHandle) -> Option<std::ffi::OsString> {
    handle.state::<Environment>().automated.then(|| std::env::var_os(ANSWER)).flatten()
}

fn dialog(handle: &AppHandle) -> tauri_plugin_dialog::FileDialogBuilder<tauri::Wry> {
    let dialog = handle.dialog().file();
    match window::main(handle) {
        Some(window) => dialog.set_parent(&window),
        None => dialog,
    }
}

/// The name came with a message or a file from somebody else: no folders, nothing hidden, nothing that no disk takes.
fn file_name(suggested: &str) -> String {
    let name: String = suggested
        .chars()
        .map(|letter| match letter {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
            // Direction marks make "gpj.exe" look like "exe.jpg".
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '_',
            letter if letter.is_control() => '_',
            letter => letter,
        })
        .take(120)
        .collect();
    let name = name.trim().trim_start_matches('.').trim_end_matches('.');
    if name.is_empty() { "file".to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_hostile_name_stays_a_name() {
        for (suggested, expected) in [
            ("plan.pdf", "plan.pdf"),
            ("../../.bashrc", "_.._.bashrc"),
            ("..", "file"),
            ("a\u{202e}gpj.exe", "a_gpj.exe"),
            ("CON\0.txt\n", "CON_.txt_"),
            ("", "file"),
        ] {
            assert_eq!(file_name(suggested), expected, "{suggested:?}");
        }
        assert_eq!(file_name(&"x".repeat(900)).len(), 120);
    }
}
