//! The library against a real livekit-server, and against LiveKit's own Python client.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

mod encryption;
mod foreign;
mod joining;
mod joins;
mod loading;
mod processing;
mod protocol;
mod support;
