//! `cargo xtask run`: everything, and windows.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use telestack_testkit::{Person, Ports, Spawn, Stack, StackOptions, Supervised, windows::WindowOptions};

use super::{
    build,
    data_folder::{self, DataFolder},
    install, passphrase,
    serve::{announce, watch},
};
use crate::progress;

/// Until the last window closes, or until this future is dropped (Ctrl-C): that stops all of it. With nobody named, one window at the sign-in page.
///
/// # Errors
/// What could not be installed, built or started, and what to do.
pub async fn run(names: &[String], data: Option<PathBuf>) -> Result<()> {
    ensure!(
        std::env::var_os("DISPLAY").is_some() || std::env::var_os("WAYLAND_DISPLAY").is_some(),
        "there is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set): run it in a desktop session, \
         or with `--headless DIR`, or start the engines alone with `cargo xtask serve`"
    );
    let (mut stack, folder) = engines(data, "run").await?;
    let mut windows = open_windows(&stack, names)?;
    tokio::select! {
        () = all_closed(&mut windows) => eprintln!("\n• the last window closed"),
        casualty = watch(&mut stack) => bail!("{casualty}"),
    }
    eprintln!("\n• stopping");
    // Windows first: they may still have something to send.
    drop(windows);
    drop(stack);
    drop(folder);
    Ok(())
}

/// Installs, builds, and starts the engines.
///
/// # Errors
/// What could not be installed, built or started, and what to do.
pub async fn engines(data: Option<PathBuf>, name: &str) -> Result<(Stack, DataFolder)> {
    install::everything().await?;
    build::everything().await?;
    let folder = data_folder::take(data, name)?;
    let stack = progress::step(
        "start Synapse, livekit-server and telestack-server",
        Stack::start(StackOptions {
            ports: Some(Ports::development()?),
            data_dir: Some(folder.path.clone()),
            ..StackOptions::default()
        }),
    )
    .await?;
    announce(&stack);
    Ok((stack, folder))
}

/// The demo person of this name.
///
/// # Errors
/// There is none; who there is.
pub fn person<'a>(stack: &'a Stack, name: &str) -> Result<&'a Person> {
    stack.person(name).with_context(|| {
        let known: Vec<&str> = stack.info().people.iter().map(|person| person.user_id.as_str()).collect();
        format!("there is no {name}: choose from {}", known.join(", "))
    })
}

fn open_windows(stack: &Stack, names: &[String]) -> Result<Vec<Supervised>> {
    if names.is_empty() {
        return Ok(vec![window(stack, "guest", None)?]);
    }
    names.iter().map(|name| window(stack, name, Some(person(stack, name)?))).collect()
}

/// One window on a profile of its own.
fn window(stack: &Stack, profile: &str, person: Option<&Person>) -> Result<Supervised> {
    let passphrase = passphrase::of(stack.data_dir(), profile)?;
    let mut options = WindowOptions::new(stack, profile)?.env("TELESTACK_PASSPHRASE", passphrase);
    if let Some(person) = person {
        options = options.signed_in(person);
    }
    // With a camera here, people see each other and not the test picture.
    let test_media = !Path::new("/dev/video0").exists();
    options.environment.retain(|(key, _)| test_media || key != "TELESTACK_TEST_MEDIA");
    let mut spawn = Spawn::new(profile, &options.app)
        .log(&stack.data_dir().join("logs").join(format!("window-{profile}.log")));
    for (key, value) in &options.environment {
        spawn = spawn.env(key, value);
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
