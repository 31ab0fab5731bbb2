//! End-to-end scenarios live under `tests/tests`, one file one story; foreign clients under `tests/foreign`. Here is what
//! several stories share beside the testkit.

use std::path::PathBuf;

use telestack_testkit::project_root;

pub use telestack_testkit::windows::{PATIENCE, Stage};

/// Where a story leaves its pictures.
#[must_use]
pub fn picture(name: &str) -> PathBuf {
    project_root().join("target/pictures").join(format!("{name}.png"))
}
