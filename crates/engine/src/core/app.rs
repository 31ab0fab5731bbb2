//! What every operation can reach.

use std::{path::PathBuf, sync::Arc};

use super::{clock::Clock, limits::Limits, store::Store};
use crate::EngineConfig;

#[derive(Debug)]
pub struct App {
    pub store: Store,
    pub config: EngineConfig,
    pub limits: Limits,
    clock: Arc<dyn Clock>,
}

impl App {
    pub fn new(store: Store, config: EngineConfig, clock: Arc<dyn Clock>) -> Self {
        Self { store, config, limits: Limits::default(), clock }
    }

    /// Unix milliseconds.
    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    pub fn blobs(&self) -> PathBuf {
        self.config.data_dir.join("blobs")
    }
}
