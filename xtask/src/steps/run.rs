//! `cargo xtask run`: everything, and windows.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use telestack_testkit::{Person, Ports, Spawn, Stack, StackOptions, Supervised, project_root};

use super::{
    build, data_folder, install,
    serve::{announce, watch},
};
use crate::{
    catalogue::{Catalogue, sha256},
    progress,
};

/// Until the last window closes, or until this future is dropped (Ctrl-C): that stops all of it. With nobody named, one window at the sign-in page.
///
/// # Errors
/// What could not be installed, built or started, and what to do.
pub async fn run(names: &[String], data: Option<PathBuf>) -> Result<()> {
    ensure!(
        project_root().join("src-tauri/Cargo.toml").exists(),
        "the desktop app is not in this tree yet: start the engines alone with `cargo xtask serve`"
    );
    ensure!(
        std::env::var_os("DISPLAY").is_some() || std::env::var_os("WAYLAND_DISPLAY").is_some(),
        "there is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set): run it in a desktop session, \
         under `xvfb-run`, or start the engines alone with `cargo xtask serve`"
    );
    install::everything().await?;
    build::everything().await?;
    let folder = data_folder::take(data, "run")?;
    let mut stack = progress::step(
        "start Synapse, livekit-server and telestack-server",
        Stack::start(StackOptions {
            ports: Some(Ports::development()?),
            data_dir: Some(folder.path.clone()),
            ..StackOptions::default()
        }),
    )
    .await?;
    announce(&stack);
    let mut windows = open_windows(&stack, names)?;
    tokio::select! {
        () = all_closed(&mut windows) => eprintln!("\n• the last window closed"),
        casualty = watch(&mut stack) => bail!("{casualty}"),
    }
    eprintln!("\n• stopping");
    // Windows first: they may still have something to send.
    drop(windows);
    drop(stack);
    Ok(())
}

fn open_windows(stack: &Stack, names: &[String]) -> Result<Vec<Supervised>> {
    let app = app_binary(stack)?;
    if names.is_empty() {
        return Ok(vec![window(stack, &app, "guest", None)?]);
    }
    names
        .iter()
        .map(|name| {
            let person = stack.person(name).with_context(|| {
                let known: Vec<&str> =
                    stack.info().people.iter().map(|person| person.user_id.as_str()).collect();
                format!("there is no {name}: choose from {}", known.join(", "))
            })?;
            window(stack, &app, name, Some(person))
        })
        .collect()
}

fn app_binary(stack: &Stack) -> Result<PathBuf> {
    let app = stack.paths().telestack_server.with_file_name("telestack");
    ensure!(app.exists(), "the desktop app is not at {}: run `cargo build -p telestack`", app.display());
    Ok(app)
}

/// One window on a profile of its own.
fn window(stack: &Stack, app: &Path, profile: &str, person: Option<&Person>) -> Result<Supervised> {
    let profile_dir = stack.data_dir().join("profiles").join(profile);
    fs::create_dir_all(&profile_dir)?;
    let root = telestack_testkit::project_root();
    let library = Catalogue::read(&root)?.ffi.here()?;
    let passphrase = sha256(format!("{profile} of {}", stack.data_dir().display()).as_bytes());
    let mut spawn = Spawn::new(profile, app)
        .env("TELESTACK_PROFILE_DIR", profile_dir.to_string_lossy())
        .env("TELESTACK_SERVER", &stack.info().server)
        // Opens the local stores where the desktop has no keyring. This is demo data in a demo folder.
        .env("TELESTACK_PASSPHRASE", passphrase)
        .env("TELESTACK_FFI_LIBRARY", stack.paths().ffi_library.to_string_lossy())
        .env("TELESTACK_FFI_SHA256", library.sha256)
        .log(&stack.data_dir().join("logs").join(format!("window-{profile}.log")));
    if let Some(person) = person {
        spawn = spawn
            .env("TELESTACK_SIGN_IN_EMAIL", &person.email)
            .env("TELESTACK_SIGN_IN_PASSWORD", &person.password);
    }
    if !Path::new("/dev/video0").exists() {
        // A moving test picture and a tone instead of a camera and a microphone.
        spawn = spawn.env("TELESTACK_TEST_MEDIA", "1");
    }
    spawn.start()
}

async fn all_closed(windows: &mut Vec<Supervised>) {
    while !windows.is_empty() {
        windows.retain_mut(|window| match window.ended() {
            None => true,
            Some(status) if status.success() => false,
            Some(status) => {
                eprintln!("• the window of {} ended with {status}:\n{}", window.name(), window.last_words());
                false
            }
        });
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
