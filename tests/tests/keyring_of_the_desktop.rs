//! The key of the local stores lies in the desktop's keyring: nothing is asked, and while the keyring is closed nothing is
//! lost.

use anyhow::Result;
use telestack_e2e::{FIELD, PATIENCE, ROOM, Stage, enter_room, picture, write};
use telestack_testkit::windows::{Keyring, Window, WindowOptions};

const RETRY: &str = "Try again";

/// As after a new sign-in to the desktop: nobody types a password.
fn later(mut options: WindowOptions) -> WindowOptions {
    options.environment.retain(|(key, _)| !key.starts_with("TELESTACK_SIGN_IN"));
    options
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_keyring_loses_nothing() -> Result<()> {
    let stage = Stage::start().await?;
    let keyring = Keyring::start(&stage.display).await?;
    let options = stage.options("ada")?.with_keyring();
    let ada = stage.first_window(options.clone()).await?;
    enter_room(&ada).await?;
    write(&ada, "Kept under a key of the keyring").await?;
    ada.close().await?;

    drop(keyring);
    let ada = Window::open(&stage.display, later(options)).await?;
    ada.says("The keyring of this computer is closed", PATIENCE).await?;
    ada.picture(&picture("ada-keyring-closed")).await?;
    ada.press_named(RETRY).await?;
    ada.says("The keyring is still closed", PATIENCE).await?;

    let _keyring = Keyring::start(&stage.display).await?;
    ada.press_named(RETRY).await?;
    ada.appears(ROOM, PATIENCE).await?;
    // Nobody has confirmed the recovery key yet, so it is shown again.
    ada.press_named("Later").await?;
    ada.press(ROOM).await?;
    ada.appears(FIELD, PATIENCE).await?;
    ada.says("Kept under a key of the keyring", PATIENCE).await?;
    ada.close().await
}
