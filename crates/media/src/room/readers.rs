//! What arrives of a track, taken to the board or to the mixer, and counted.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use telestack_livekit::{AudioStream, VideoFrame, VideoStream};

use super::gate::Gate;
use crate::{
    clock::unix_micros,
    frames::{Board, Shown},
    picture::Picture,
    sound::{BLOCK, SoundChain},
};

/// What was seen of a track of pictures.
#[derive(Debug, Default)]
pub struct Seen {
    pub frames: u64,
    pub first: Option<Instant>,
    /// The newest picture; its time is that of its arrival.
    pub newest: Option<Arc<Picture>>,
}

#[derive(Debug, Clone, Default)]
pub struct SeenCell(Arc<Mutex<Seen>>);

impl SeenCell {
    pub fn lock(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads pictures until the track ends.
pub async fn pictures(mut stream: VideoStream, shown: Shown, board: Arc<Board>, seen: SeenCell) {
    while let Some(frame) = stream.next().await {
        let Some(picture) = upright(&frame) else { continue };
        let picture = Arc::new(picture);
        {
            let mut seen = seen.lock();
            seen.frames += 1;
            seen.first.get_or_insert_with(Instant::now);
            seen.newest = Some(picture.clone());
        }
        board.offer(&shown, picture);
    }
}

/// Stamped with its arrival: the sender's clock is not known here.
fn upright(frame: &VideoFrame) -> Option<Picture> {
    let planes = frame.planes();
    Picture::from_planes(
        planes.width,
        planes.height,
        unix_micros(),
        [(planes.y, planes.stride_y), (planes.u, planes.stride_u), (planes.v, planes.stride_v)],
        frame.rotation(),
    )
}

/// Reads sound until the track ends.
pub async fn sound(mut stream: AudioStream, voice: String, chain: Arc<SoundChain>, mut gate: Gate) {
    while let Some(block) = stream.next().await {
        if !gate.passes() {
            continue;
        }
        // The library converts to what was asked for; anything else would be played at a wrong pitch.
        match <&[i16; BLOCK]>::try_from(block.samples.as_slice()) {
            Ok(samples) => chain.mixer().push(&voice, samples),
            Err(_) => tracing::debug!(samples = block.samples.len(), "not a block of 10 ms"),
        }
    }
}
