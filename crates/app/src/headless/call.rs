//! `call`: in a room's call for a while, with a test picture and a tone, counting what comes from the others.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Value, json};
use telestack_app::{ApiError, App, ErrorCode};
use telestack_calls::view::{CallPhase, CallView, CallsView};
use telestack_media::{
    control::{FromHost, HostStats, ParticipantStats, ToHost},
    view::TileSize,
};
use tokio::{
    sync::broadcast::error::RecvError,
    time::{Instant, MissedTickBehavior, interval, sleep_until, timeout},
};

use super::{in_room, say, told::Told};

/// For the first connection.
const JOIN: Duration = Duration::from_secs(60);
const COUNT_EVERY: Duration = Duration::from_secs(1);
const LAST_COUNT: Duration = Duration::from_secs(3);
/// As large as every tile counts as being shown, in pixels.
const TILE: (u32, u32) = (640, 360);

pub async fn call(app: &App, room: &str, seconds: u64, blind: bool) -> Result<(), ApiError> {
    let mut host = app.media().events();
    let (sink, mut views) = Told::new();
    app.calls(sink).await?;
    in_room(|| app.start_call(room.to_owned(), true, true)).await?;
    let mut seen = Seen { blind, ..Seen::default() };
    let mut end = Instant::now() + JOIN;
    let mut counting = interval(COUNT_EVERY);
    counting.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let ended = loop {
        tokio::select! {
            view = views.next() => {
                let joined = seen.joined;
                if let Err(fault) = seen.view(app, view?).await {
                    break Err(fault);
                }
                if seen.joined && !joined {
                    end = Instant::now() + Duration::from_secs(seconds);
                }
            }
            told = host.recv() => match told {
                Ok(FromHost::Stats(stats)) => seen.stats(stats)?,
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => break Err(ErrorCode::CallsUnavailable.with("media has ended")),
            },
            // A host that is gone counts nothing.
            _ = counting.tick() => drop(app.media().send(ToHost::Stats).await),
            () = sleep_until(end) => break Ok(()),
            stopped = tokio::signal::ctrl_c() => break stopped.map_err(|fault| ErrorCode::Internal.with(fault)),
        }
    };
    if ended.is_ok() {
        // The newest figures.
        let _ = app.media().send(ToHost::Stats).await;
        let last = async {
            loop {
                if let Ok(FromHost::Stats(stats)) = host.recv().await {
                    return stats;
                }
            }
        };
        if let Ok(stats) = timeout(LAST_COUNT, last).await {
            seen.stats(stats)?;
        }
    }
    app.leave_call().await?;
    say(&seen.result())?;
    match ended {
        Ok(()) if !seen.joined => Err(ErrorCode::CallsUnavailable.with("the call was not joined in time")),
        ended => ended,
    }
}

/// What was seen of the call.
#[derive(Default)]
struct Seen {
    blind: bool,
    joined: bool,
    phase: Option<CallPhase>,
    tiles: Vec<u32>,
    first_frame_ms: Option<u64>,
    /// The newest figures of everybody, also of those who left.
    participants: BTreeMap<String, ParticipantStats>,
}

impl Seen {
    async fn view(&mut self, app: &App, view: CallsView) -> Result<(), ApiError> {
        let Some(call) = view.current else { return Ok(()) };
        if self.phase.as_ref() != Some(&call.phase) {
            say(&json!({ "event": "phase", "phase": call.phase }))?;
            self.phase = Some(call.phase.clone());
        }
        self.layout(app, &call).await?;
        match &call.phase {
            CallPhase::Connected => self.joined = true,
            CallPhase::Failed { code } => {
                return Err(ErrorCode::CallsUnavailable.with(format!("the call failed: {code}")));
            }
            CallPhase::Joining | CallPhase::Reconnecting { .. } => {}
        }
        Ok(())
    }

    /// Every tile is shown, or none: what is not shown is not received.
    async fn layout(&mut self, app: &App, call: &CallView) -> Result<(), ApiError> {
        let tiles: Vec<u32> = call.tiles.iter().map(|tile| tile.id).collect();
        if tiles == self.tiles {
            return Ok(());
        }
        let (width, height) = TILE;
        let shown = if self.blind { &[][..] } else { &tiles[..] };
        app.layout_tiles(shown.iter().map(|id| TileSize { id: *id, width, height }).collect()).await?;
        self.tiles = tiles;
        let people: Vec<&str> = call.tiles.iter().map(|tile| tile.identity.as_str()).collect();
        say(&json!({ "event": "tiles", "identities": people }))
    }

    fn stats(&mut self, stats: HostStats) -> Result<(), ApiError> {
        if !stats.connected {
            return Ok(());
        }
        let first = stats.participants.iter().filter_map(|one| one.first_frame_ms).min();
        self.first_frame_ms = self.first_frame_ms.or(first);
        let figures: Vec<Value> = stats.participants.iter().map(figures).collect();
        for one in stats.participants {
            self.participants.insert(one.identity.clone(), one);
        }
        say(&json!({ "event": "stats", "participants": figures }))
    }

    fn result(&self) -> Value {
        let participants: Vec<Value> = self.participants.values().map(figures).collect();
        json!({
            "joined": self.joined,
            "joinToFirstFrameMs": self.first_frame_ms,
            "participants": participants,
        })
    }
}

fn figures(one: &ParticipantStats) -> Value {
    json!({
        "identity": one.identity,
        "frames": one.frames,
        "width": one.width,
        "height": one.height,
        "meanRgb": one.mean_rgb,
        "frameNumber": one.frame_number,
        "audioPeak": one.audio_peak,
        "audioHz": one.audio_hz,
        "decryptErrors": one.decrypt_errors,
        "firstFrameMs": one.first_frame_ms,
        "firstSoundMs": one.first_sound_ms,
    })
}
