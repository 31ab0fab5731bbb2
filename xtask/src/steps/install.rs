//! Everything that a fresh machine with Rust and Python 3 lacks.

use anyhow::Result;
use telestack_testkit::project_root;

use super::{clamav, ffi, livekit, s3s, synapse, system_packages, ui};
use crate::{catalogue::Catalogue, lock};

/// What the engines need: no window system, no Node.
///
/// # Errors
/// The first step that fails says what to do.
pub async fn engines() -> Result<()> {
    let root = project_root();
    let _lock = lock::wait(&root.join(".telestack/install.lock")).await?;
    let catalogue = Catalogue::read(&root)?;
    synapse::install(&root, &catalogue).await?;
    livekit::install(&root, &catalogue).await?;
    ffi::install(&root, &catalogue).await
}

/// Everything, for windows and tests.
///
/// # Errors
/// The first step that fails says what to do.
pub async fn everything() -> Result<()> {
    {
        let _lock = lock::wait(&project_root().join(".telestack/install.lock")).await?;
        system_packages::install(&[system_packages::TO_BUILD, system_packages::TO_RUN_HEADLESS]).await?;
    }
    engines().await?;
    let root = project_root();
    clamav::unpack(&root).await?;
    s3s::install(&root, &Catalogue::read(&root)?).await?;
    ui::packages().await
}
