//! What runs every 10 ms where no device gives the beat.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

const BEAT: Duration = Duration::from_millis(10);
/// After a longer stop the lost beats are not made up for.
const MOST_BEHIND: Duration = Duration::from_millis(200);

/// Beats until it is dropped.
#[derive(Debug)]
pub struct Clock {
    stop: Arc<AtomicBool>,
}

impl Clock {
    pub fn start(name: &str, mut beat: impl FnMut() + Send + 'static) -> io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        thread::Builder::new().name(name.to_owned()).spawn(move || {
            let mut next = Instant::now();
            while !stopped.load(Ordering::Relaxed) {
                beat();
                next += BEAT;
                let now = Instant::now();
                match next.checked_duration_since(now) {
                    Some(wait) => thread::sleep(wait),
                    None if now - next > MOST_BEHIND => next = now,
                    None => {}
                }
            }
        })?;
        Ok(Self { stop })
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
