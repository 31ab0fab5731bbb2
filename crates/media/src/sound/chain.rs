//! What happens to sound between the devices and the room; shared by their threads.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU32, Ordering},
};

use super::{Block, Mixer, level::peak};

/// Echo cancellation, noise suppression and gain. It must see exactly what is played.
pub trait VoiceProcessing: Send + Sync {
    fn played(&self, block: &Block);
    fn captured(&self, block: &mut Block);
}

type Sink = Box<dyn FnMut(&Block) + Send>;

#[derive(Default)]
pub struct SoundChain {
    mixer: Mutex<Mixer>,
    processing: Mutex<Option<Arc<dyn VoiceProcessing>>>,
    /// Takes the microphone's blocks to the room.
    sink: Mutex<Option<Sink>>,
    /// Bits of an `f32`.
    level: AtomicU32,
}

impl std::fmt::Debug for SoundChain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SoundChain")
    }
}

/// None of the locked values is ever half changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl SoundChain {
    pub fn mixer(&self) -> MutexGuard<'_, Mixer> {
        lock(&self.mixer)
    }

    pub fn set_processing(&self, processing: Option<Arc<dyn VoiceProcessing>>) {
        *lock(&self.processing) = processing;
    }

    /// Where the microphone goes; none: nowhere.
    pub fn set_sink(&self, sink: Option<Sink>) {
        *lock(&self.sink) = sink;
    }

    /// The next block of the speaker.
    pub fn play(&self) -> Block {
        let block = self.mixer().next_block();
        // Not held while it works: the microphone's thread has its own block to bring.
        let processing = lock(&self.processing).clone();
        if let Some(processing) = processing {
            processing.played(&block);
        }
        block
    }

    /// A block of the microphone.
    pub fn capture(&self, mut block: Block) {
        let processing = lock(&self.processing).clone();
        if let Some(processing) = processing {
            processing.captured(&mut block);
        }
        self.capture_as_is(&block);
    }

    /// A block that is no voice: suppressing noise would take a steady tone away.
    pub fn capture_as_is(&self, block: &Block) {
        // Falls by a fifth in 10 ms, so that the eye can follow.
        let level = peak(block).max(self.level() * 0.8);
        self.level.store(level.to_bits(), Ordering::Relaxed);
        if let Some(sink) = lock(&self.sink).as_mut() {
            sink(block);
        }
    }

    /// Of the microphone, 0 to 1.
    pub fn level(&self) -> f32 {
        f32::from_bits(self.level.load(Ordering::Relaxed))
    }

    pub fn reset_level(&self) {
        self.level.store(0, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;
    use crate::sound::BLOCK;

    struct Recorder {
        played: mpsc::Sender<Block>,
    }

    impl VoiceProcessing for Recorder {
        fn played(&self, block: &Block) {
            self.played.send(*block).expect("a listener");
        }
        fn captured(&self, block: &mut Block) {
            for sample in block {
                *sample /= 2;
            }
        }
    }

    #[test]
    fn processing_sees_exactly_what_is_played() {
        let chain = SoundChain::default();
        let (played, seen) = mpsc::channel();
        chain.set_processing(Some(Arc::new(Recorder { played })));
        chain.mixer().set_gain("ada", 0.5);
        for value in [1000, 2000, 30000, 400] {
            chain.mixer().push("ada", &[value; BLOCK]);
            chain.mixer().push("ben", &[value; BLOCK]);
        }
        for _ in 0..6 {
            assert_eq!(chain.play(), seen.try_recv().expect("told"));
        }
    }

    #[test]
    fn the_room_gets_what_processing_leaves_and_nothing_when_nobody_listens() {
        let chain = Arc::new(SoundChain::default());
        let (sent, arrived) = mpsc::channel();
        let (played, _seen) = mpsc::channel();
        chain.set_processing(Some(Arc::new(Recorder { played })));
        chain.set_sink(Some(Box::new(move |block| sent.send(*block).expect("a listener"))));
        chain.capture([1000; BLOCK]);
        assert_eq!(arrived.recv().expect("a block"), [500; BLOCK]);
        assert!(chain.level() > 0.0);
        chain.set_sink(None);
        chain.capture([1000; BLOCK]);
        assert!(arrived.try_recv().is_err());
    }
}
