//! WebRTC's statistics, as far as anybody reads them.

use crate::proto::{RtcStats, rtc_stats::Stats};

/// A moment's figures of a room's connections. Counters are since the track began.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SessionStats {
    pub inbound: Vec<Inbound>,
    pub outbound: Vec<Outbound>,
    /// To the server and back, in seconds.
    pub round_trip: Option<f64>,
    /// What the way to the server is thought to carry, in bits per second.
    pub available_outgoing: Option<f64>,
}

/// A received track.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Inbound {
    /// "audio" or "video".
    pub kind: String,
    pub packets_received: u64,
    pub packets_lost: i64,
    /// Seconds.
    pub jitter: f64,
    pub bytes_received: u64,
    pub frames_decoded: u32,
    pub frames_dropped: u32,
    pub width: u32,
    pub height: u32,
    pub frames_per_second: f64,
    pub samples_received: u64,
    pub samples_concealed: u64,
}

/// A sent layer of a track.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outbound {
    /// "audio" or "video".
    pub kind: String,
    /// The layer's name; empty where there is one only.
    pub rid: String,
    pub packets_sent: u64,
    pub bytes_sent: u64,
    pub frames_sent: u32,
    pub width: u32,
    pub height: u32,
    pub frames_per_second: f64,
    /// Bits per second.
    pub target_bitrate: f64,
}

impl SessionStats {
    pub(crate) fn of(publisher: Vec<RtcStats>, subscriber: Vec<RtcStats>) -> Self {
        let mut all = Self::default();
        for stats in publisher.into_iter().chain(subscriber) {
            match stats.stats {
                Some(Stats::InboundRtp(stats)) => all.inbound.push(Inbound {
                    kind: stats.stream.kind,
                    packets_received: stats.received.packets_received,
                    packets_lost: stats.received.packets_lost,
                    jitter: stats.received.jitter,
                    bytes_received: stats.inbound.bytes_received,
                    frames_decoded: stats.inbound.frames_decoded,
                    frames_dropped: stats.inbound.frames_dropped,
                    width: stats.inbound.frame_width,
                    height: stats.inbound.frame_height,
                    frames_per_second: stats.inbound.frames_per_second,
                    samples_received: stats.inbound.total_samples_received,
                    samples_concealed: stats.inbound.concealed_samples,
                }),
                Some(Stats::OutboundRtp(stats)) => all.outbound.push(Outbound {
                    kind: stats.stream.kind,
                    rid: stats.outbound.rid,
                    packets_sent: stats.sent.packets_sent,
                    bytes_sent: stats.sent.bytes_sent,
                    frames_sent: stats.outbound.frames_sent,
                    width: stats.outbound.frame_width,
                    height: stats.outbound.frame_height,
                    frames_per_second: stats.outbound.frames_per_second,
                    target_bitrate: stats.outbound.target_bitrate,
                }),
                Some(Stats::CandidatePair(stats)) if stats.candidate_pair.nominated => {
                    let pair = stats.candidate_pair;
                    all.round_trip = Some(pair.current_round_trip_time);
                    if pair.available_outgoing_bitrate > 0.0 {
                        all.available_outgoing = Some(pair.available_outgoing_bitrate);
                    }
                }
                Some(Stats::CandidatePair(_)) | None => {}
            }
        }
        all
    }
}
