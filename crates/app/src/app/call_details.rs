//! What arrives in a call, counted while somebody looks.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use telestack_media::control::{FromHost, HostStats, ParticipantStats, ToHost};
use tokio::{
    sync::broadcast::error::RecvError,
    time::{MissedTickBehavior, interval},
};

use super::App;
use crate::{
    ApiError, Sink,
    view::{Arriving, CallDetails},
};

const EVERY: Duration = Duration::from_secs(1);
/// Two counts that are closer say nothing about a rate.
const APART: Duration = Duration::from_millis(500);

impl App {
    /// Sends once a second what arrives from the others; nobody outside of a call.
    pub async fn call_details(&self, updates: Sink<CallDetails>) -> Result<u32, ApiError> {
        let signed = self.signed()?;
        let media = self.inner.media.clone();
        let mut told = media.events();
        Ok(self.subscribe(&signed, async move {
            let mut due = interval(EVERY);
            due.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let mut rates = Rates::default();
            loop {
                tokio::select! {
                    // Without a media host there is nothing to count, and the next second asks again.
                    _ = due.tick() => drop(media.send(ToHost::Stats).await),
                    event = told.recv() => match event {
                        Ok(FromHost::Stats(stats)) => {
                            if !updates(rates.details(Instant::now(), stats)) {
                                return;
                            }
                        }
                        Ok(_) | Err(RecvError::Lagged(_)) => {}
                        Err(RecvError::Closed) => return,
                    },
                }
            }
        }))
    }
}

/// How fast everybody's pictures come, out of counts.
#[derive(Default)]
struct Rates(HashMap<String, Count>);

#[derive(Clone, Copy)]
struct Count {
    at: Instant,
    frames: u64,
    rate: f64,
}

impl Rates {
    fn details(&mut self, now: Instant, stats: HostStats) -> CallDetails {
        self.0.retain(|identity, _| stats.participants.iter().any(|one| one.identity == *identity));
        CallDetails { people: stats.participants.into_iter().map(|one| self.arriving(now, one)).collect() }
    }

    fn arriving(&mut self, now: Instant, one: ParticipantStats) -> Arriving {
        let rate = self.rate(now, &one.identity, one.frames);
        Arriving {
            identity: one.identity,
            width: one.width,
            height: one.height,
            rate,
            level: one.audio_peak,
            pitch: one.audio_hz,
            undecrypted: u32::try_from(one.decrypt_errors).unwrap_or(u32::MAX),
        }
    }

    fn rate(&mut self, now: Instant, identity: &str, frames: u64) -> f64 {
        let first = Count { at: now, frames, rate: 0.0 };
        let last = self.0.entry(identity.to_owned()).or_insert(first);
        let passed = now.saturating_duration_since(last.at);
        if passed >= APART {
            // Counts begin anew when the media host does.
            let new = u32::try_from(frames.saturating_sub(last.frames)).unwrap_or(u32::MAX);
            *last = Count { at: now, frames, rate: f64::from(new) / passed.as_secs_f64() };
        }
        last.rate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(identity: &str, frames: u64) -> HostStats {
        let one = ParticipantStats { identity: identity.to_owned(), frames, ..ParticipantStats::default() };
        HostStats { connected: true, participants: vec![one] }
    }

    #[test]
    fn a_rate_is_pictures_over_time() {
        let (mut rates, start) = (Rates::default(), Instant::now());
        let mut rate = |milliseconds, frames| {
            rates.details(start + Duration::from_millis(milliseconds), of("ben", frames)).people[0].rate
        };
        assert!(rate(0, 300).abs() < 0.01, "one count has no rate");
        assert!((rate(2000, 360) - 30.0).abs() < 0.01);
        assert!((rate(2100, 360) - 30.0).abs() < 0.01, "too close to say");
        assert!(rate(3000, 10).abs() < 0.01, "the media host was started again");
    }

    #[test]
    fn who_left_is_not_told() {
        let (mut rates, now) = (Rates::default(), Instant::now());
        rates.details(now, of("ben", 1));
        let details = rates.details(now, of("grace", 1));
        assert_eq!(details.people.iter().map(|one| one.identity.as_str()).collect::<Vec<_>>(), ["grace"]);
        assert_eq!(rates.0.len(), 1);
    }
}
