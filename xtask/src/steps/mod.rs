//! One step per file.

pub mod bench;
pub mod build;
pub mod clamav;
pub mod client;
pub mod data_folder;
pub mod ffi;
pub mod go;
pub mod headless;
pub mod install;
pub mod livekit;
pub mod node;
pub mod package;
pub mod passphrase;
pub mod pocketbase;
pub mod python;
pub mod run;
pub mod s3s;
pub mod serve;
pub mod stamp;
pub mod synapse;
pub mod system_packages;
pub mod test;
pub mod test_count;
pub mod ui;
