//! Each engine ends while two people are in a call and write: what does not lean on it goes on, what does says so, and all
//! of it is back with the engine.

use anyhow::{Context, Result};
use telestack_e2e::{
    FIELD, PATIENCE, Stage,
    call::{are_in_a_call, call},
    connection_is, enter_room, open_area, picture, says_once, write,
};
use telestack_testkit::{Engine, windows::Window};

/// Both rooms are open; what one writes the other reads.
async fn chat_goes_on(from: &Window, to: &Window, words: &str) -> Result<()> {
    write(from, words).await?;
    to.says(words, PATIENCE).await
}

async fn livekit_ends(stage: &mut Stage, ada: &Window, ben: &Window) -> Result<()> {
    open_area(ben, "chat").await?;
    stage.stack.kill(Engine::LiveKit);
    ada.appears(".on-stage[data-phase=reconnecting]", PATIENCE).await?;
    ada.says("Connecting again. The call goes on by itself.", PATIENCE).await?;
    ada.picture(&picture("ada-call-reconnecting")).await?;
    open_area(ada, "chat").await?;
    chat_goes_on(ada, ben, "The call is gone for a moment").await?;
    chat_goes_on(ben, ada, "Here too").await?;
    ada.picture(&picture("ada-chat-while-reconnecting")).await?;
    stage.stack.revive(Engine::LiveKit).await?;
    for window in [ada, ben] {
        open_area(window, "calls").await?;
    }
    are_in_a_call(&[ada, ben]).await?;
    for window in [ada, ben] {
        open_area(window, "chat").await?;
        connection_is(window, "Connected").await?;
    }
    Ok(())
}

async fn synapse_ends(stage: &mut Stage, ada: &Window, ben: &Window) -> Result<()> {
    stage.stack.kill(Engine::Synapse);
    connection_is(ada, "Not connected: Chat").await?;
    for words in ["Written while chat was away", "And one more"] {
        write(ada, words).await?;
    }
    ada.says("Chat does not answer. Two messages will be sent when it does.", PATIENCE).await?;
    ada.picture(&picture("ada-chat-away")).await?;
    // A folder that nobody has opened before comes from the server.
    open_area(ada, "files").await?;
    ada.says("Welcome.md", PATIENCE).await?;
    ada.picture(&picture("ada-files-while-chat-away")).await?;
    open_area(ada, "people").await?;
    ada.says("Ben Okafor", PATIENCE).await?;
    open_area(ada, "calls").await?;
    are_in_a_call(&[ada]).await.context("the call without chat")?;
    stage.stack.revive(Engine::Synapse).await?;
    ben.says("And one more", PATIENCE).await?;
    open_area(ada, "chat").await?;
    connection_is(ada, "Connected").await?;
    for window in [ada, ben] {
        for words in ["Written while chat was away", "And one more"] {
            says_once(window, words).await?;
        }
    }
    Ok(())
}

async fn telestack_server_ends(stage: &mut Stage, ada: &Window, ben: &Window) -> Result<()> {
    stage.stack.kill(Engine::TelestackServer);
    connection_is(ada, "Not connected: Files").await?;
    chat_goes_on(ada, ben, "Files are away").await?;
    chat_goes_on(ben, ada, "And chat is not").await?;
    open_area(ada, "files").await?;
    ada.says("Welcome.md", PATIENCE).await?;
    ada.says("Files do not answer. What you see is from your last visit.", PATIENCE).await?;
    ada.picture(&picture("ada-files-away")).await?;
    open_area(ada, "people").await?;
    ada.says("Ben Okafor", PATIENCE).await?;
    open_area(ada, "calls").await?;
    are_in_a_call(&[ada]).await.context("the call without files")?;
    stage.stack.revive(Engine::TelestackServer).await?;
    connection_is(ada, "Connected").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rest_goes_on_without_one_engine() -> Result<()> {
    let mut stage = Stage::start().await?;
    let (ada, ben) = tokio::try_join!(
        stage.first_window(stage.options("ada")?),
        stage.first_window(stage.options("ben")?)
    )?;
    for window in [&ada, &ben] {
        enter_room(window).await?;
    }
    call(&ada, &ben).await?;
    livekit_ends(&mut stage, &ada, &ben).await.context("livekit-server")?;
    synapse_ends(&mut stage, &ada, &ben).await.context("Synapse")?;
    for window in [&ada, &ben] {
        open_area(window, "chat").await?;
        window.appears(FIELD, PATIENCE).await?;
    }
    telestack_server_ends(&mut stage, &ada, &ben).await.context("telestack-server")?;
    ada.close().await?;
    ben.close().await
}
