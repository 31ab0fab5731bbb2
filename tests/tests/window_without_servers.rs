//! The servers go away while somebody writes, the app crashes, and what was written goes out once when they are back.

use anyhow::Result;
use telestack_e2e::{PATIENCE, ROOM, Stage, connection_is, enter_room, open_area, picture, says_once, write};
use telestack_testkit::{
    Engine,
    windows::{Display, Window, WindowOptions},
};

/// As after a crash: the same profile, nobody to ask, no password at hand.
async fn opened_again(display: &Display, mut options: WindowOptions) -> Result<Window> {
    options.environment.retain(|(key, _)| !key.starts_with("TELESTACK_SIGN_IN"));
    let window = Window::open(display, options).await?;
    window.appears(ROOM, PATIENCE).await?;
    // Nobody has confirmed the recovery key yet, so it is shown again.
    window.press_named("Later").await?;
    Ok(window)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_without_servers_goes_out_once() -> Result<()> {
    let mut stage = Stage::start().await?;
    let options = stage.options("ada")?;
    let (ada, ben) =
        tokio::try_join!(stage.first_window(options.clone()), stage.first_window(stage.options("ben")?))?;
    for window in [&ada, &ben] {
        enter_room(window).await?;
    }
    write(&ada, "Everything is up").await?;
    ben.says("Everything is up", PATIENCE).await?;
    // People and files are read once, so that they are here when nobody can be asked.
    open_area(&ada, "files").await?;
    ada.says("Welcome.md", PATIENCE).await?;
    open_area(&ada, "chat").await?;

    for engine in [Engine::TelestackServer, Engine::Synapse, Engine::LiveKit] {
        stage.stack.kill(engine);
    }
    connection_is(&ada, "Not connected").await?;
    write(&ada, "First without a network").await?;
    write(&ada, "Second without a network").await?;
    ada.picture(&picture("ada-offline")).await?;
    for (area, words) in [("people", "Ben Okafor"), ("files", "Welcome.md")] {
        open_area(&ada, area).await?;
        ada.says(words, PATIENCE).await?;
    }

    ada.kill(false)?;
    drop(ada);
    let ada = opened_again(&stage.display, options).await?;
    ada.press(ROOM).await?;
    for words in ["Everything is up", "First without a network", "Second without a network"] {
        ada.says(words, PATIENCE).await?;
    }
    ada.picture(&picture("ada-offline-again")).await?;

    for engine in [Engine::Synapse, Engine::LiveKit, Engine::TelestackServer] {
        stage.stack.revive(engine).await?;
    }
    ben.says("Second without a network", PATIENCE).await?;
    write(&ada, "All of it is back").await?;
    ben.says("All of it is back", PATIENCE).await?;
    for window in [&ada, &ben] {
        for words in ["First without a network", "Second without a network"] {
            says_once(window, words).await?;
        }
    }
    ada.close().await?;
    ben.close().await
}
