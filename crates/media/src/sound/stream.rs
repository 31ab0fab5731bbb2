//! The thread that owns the sound devices: opens what is wanted, falls back where something is missing, tries again.

use std::{
    io,
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};

use thiserror::Error;

use super::{
    chain::SoundChain,
    clock::Clock,
    device::{Direction, OnBroken, find},
    microphone, speaker,
    tone::Tone,
};
use crate::view::DeviceKind;

const FIRST_RETRY: Duration = Duration::from_secs(2);
const LAST_RETRY: Duration = Duration::from_secs(30);

#[derive(Debug, Error)]
pub enum SoundError {
    #[error("there is no device")]
    NoDevice,
    #[error("the device's rate of {0} Hz cannot be used")]
    Rate(u32),
    #[error("the device failed: {0}")]
    Device(#[from] cpal::Error),
    #[error("no thread: {0}")]
    Thread(#[from] io::Error),
}

#[derive(Debug, Clone, Copy, Default)]
pub struct SoundOptions {
    /// A tone of this frequency in place of the microphone, and a clock in place of the speaker.
    pub test_tone: Option<f64>,
}

enum Order {
    Capture(bool),
    Play(bool),
    Select(DeviceKind, Option<String>),
    Broken(Direction),
    DevicesChanged,
    /// The thread itself keeps a sender, so it would not see the last one go.
    End,
}

/// The thread ends when this is dropped.
#[derive(Debug)]
pub struct SoundControl {
    orders: mpsc::Sender<Order>,
}

impl SoundControl {
    /// # Errors
    /// There is no thread to be had.
    pub fn start(options: SoundOptions, chain: Arc<SoundChain>) -> io::Result<Self> {
        let (orders, received) = mpsc::channel();
        let again = orders.clone();
        thread::Builder::new().name("sound".into()).spawn(move || {
            let broken = |direction| -> OnBroken {
                let again = again.clone();
                Arc::new(move || drop(again.send(Order::Broken(direction))))
            };
            let mut owner = Owner {
                options,
                chain,
                input: Line::new(Direction::Input, broken(Direction::Input)),
                output: Line::new(Direction::Output, broken(Direction::Output)),
            };
            owner.run(&received);
        })?;
        Ok(Self { orders })
    }

    /// Whether the microphone runs.
    pub fn capture(&self, on: bool) {
        self.order(Order::Capture(on));
    }

    /// Whether the speaker runs.
    pub fn play(&self, on: bool) {
        self.order(Order::Play(on));
    }

    /// None follows the desktop. Cameras are not this thread's.
    pub fn select(&self, kind: DeviceKind, id: Option<String>) {
        self.order(Order::Select(kind, id));
    }

    /// Something was plugged in or out.
    pub fn devices_changed(&self) {
        self.order(Order::DevicesChanged);
    }

    fn order(&self, order: Order) {
        if self.orders.send(order).is_err() {
            tracing::error!("the sound thread has ended");
        }
    }
}

impl Drop for SoundControl {
    fn drop(&mut self) {
        self.order(Order::End);
    }
}

/// What stands at the end of a line.
enum Running {
    Device {
        _stream: cpal::Stream,
        as_chosen: bool,
    },
    /// The tone, or a speaker that nobody hears.
    StandIn {
        _clock: Clock,
    },
}

/// The microphone's side or the speaker's.
struct Line {
    direction: Direction,
    broken: OnBroken,
    wanted: bool,
    chosen: Option<String>,
    running: Option<Running>,
    /// When a device is looked for next, and how long the wait after that is.
    retry: Option<(Instant, Duration)>,
}

impl Line {
    fn new(direction: Direction, broken: OnBroken) -> Self {
        Self { direction, broken, wanted: false, chosen: None, running: None, retry: None }
    }

    /// Opens anew at the next look.
    fn reopen(&mut self) {
        self.running = None;
        self.retry = None;
    }

    /// Whether a better device may have come.
    fn is_makeshift(&self) -> bool {
        !matches!(self.running, Some(Running::Device { as_chosen: true, .. }))
    }
}

struct Owner {
    options: SoundOptions,
    chain: Arc<SoundChain>,
    input: Line,
    output: Line,
}

impl Owner {
    fn run(&mut self, orders: &mpsc::Receiver<Order>) {
        loop {
            let next = [&self.input, &self.output]
                .into_iter()
                .filter(|line| line.wanted)
                .filter_map(|line| line.retry.map(|(at, _)| at))
                .min();
            let order = match next {
                Some(at) => match orders.recv_timeout(at.saturating_duration_since(Instant::now())) {
                    Ok(order) => Some(order),
                    Err(mpsc::RecvTimeoutError::Timeout) => None,
                    Err(mpsc::RecvTimeoutError::Disconnected) => return,
                },
                None => match orders.recv() {
                    Ok(order) => Some(order),
                    Err(mpsc::RecvError) => return,
                },
            };
            match order {
                Some(Order::End) => return,
                Some(order) => self.take(order),
                None => {}
            }
            self.look(Direction::Input);
            self.look(Direction::Output);
        }
    }

    fn line(&mut self, direction: Direction) -> &mut Line {
        match direction {
            Direction::Input => &mut self.input,
            Direction::Output => &mut self.output,
        }
    }

    fn take(&mut self, order: Order) {
        match order {
            Order::Capture(on) => self.input.wanted = on,
            Order::Play(on) => self.output.wanted = on,
            Order::Select(kind, id) => {
                let line = match kind {
                    DeviceKind::Microphone => &mut self.input,
                    DeviceKind::Speaker => &mut self.output,
                    DeviceKind::Camera => return,
                };
                if line.chosen != id {
                    line.chosen = id;
                    line.reopen();
                }
            }
            Order::Broken(direction) => {
                let line = self.line(direction);
                line.running = None;
                // At once the device may still be half there.
                line.retry = Some((Instant::now() + FIRST_RETRY / 4, FIRST_RETRY));
            }
            Order::DevicesChanged => {
                for line in [&mut self.input, &mut self.output] {
                    if line.is_makeshift() {
                        line.reopen();
                    }
                }
            }
            Order::End => {}
        }
    }

    /// Makes what runs into what is wanted.
    fn look(&mut self, direction: Direction) {
        let (options, chain) = (self.options, self.chain.clone());
        let line = self.line(direction);
        if !line.wanted {
            if line.running.take().is_some() && direction == Direction::Input {
                chain.reset_level();
            }
            line.retry = None;
            return;
        }
        if let Some(hz) = options.test_tone {
            if line.running.is_none() {
                line.running = match direction {
                    Direction::Input => tone(hz, chain),
                    Direction::Output => silence(chain),
                };
            }
            return;
        }
        if matches!(line.running, Some(Running::Device { .. })) {
            return;
        }
        if line.retry.is_none_or(|(at, _)| at <= Instant::now()) {
            match open(line, &chain) {
                Ok(running) => {
                    line.running = Some(running);
                    line.retry = None;
                    return;
                }
                Err(error) => {
                    let wait = line.retry.map_or(FIRST_RETRY, |(_, wait)| wait);
                    tracing::info!(%error, ?direction, "no sound device; trying again in {} s", wait.as_secs());
                    line.retry = Some((Instant::now() + wait, (wait * 2).min(LAST_RETRY)));
                }
            }
        }
        // Without a speaker the call goes on: somebody must take the sound or its queues say that they overflow.
        if line.running.is_none() && direction == Direction::Output {
            line.running = silence(chain);
        }
    }
}

fn open(line: &Line, chain: &Arc<SoundChain>) -> Result<Running, SoundError> {
    let (device, as_chosen) = find(line.direction, line.chosen.as_deref())?;
    let stream = match line.direction {
        Direction::Input => microphone::open(&device, chain, &line.broken)?,
        Direction::Output => speaker::open(&device, chain, &line.broken)?,
    };
    Ok(Running::Device { _stream: stream, as_chosen })
}

fn tone(hz: f64, chain: Arc<SoundChain>) -> Option<Running> {
    let mut tone = Tone::new(hz);
    stand_in("test-tone", move || chain.capture_as_is(&tone.next_block()))
}

fn silence(chain: Arc<SoundChain>) -> Option<Running> {
    stand_in("no-speaker", move || {
        chain.play();
    })
}

fn stand_in(name: &str, beat: impl FnMut() + Send + 'static) -> Option<Running> {
    match Clock::start(name, beat) {
        Ok(clock) => Some(Running::StandIn { _clock: clock }),
        Err(error) => {
            tracing::error!(%error, "no thread for sound");
            None
        }
    }
}
