//! From the library's callback to whoever waits. Runs on the library's threads: it never blocks, and whatever an
//! event lends is taken over or given back.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use tokio::sync::oneshot;

use crate::{
    audio::AudioBlock,
    handle::Handle,
    library::Inner,
    proto::{
        FfiEvent, LogBatch, LogLevel, RtcStats, audio_stream_event, connect_callback, ffi_event,
        get_session_stats_callback, publish_track_callback, video_stream_event,
    },
    queue::Queue,
    room::{Joined, RoomCore},
    tracks::Publication,
    video::VideoFrame,
};

/// What a request is answered with later.
#[derive(Debug)]
pub(crate) enum Answer {
    Joined(Box<Joined>),
    Published(Publication),
    Stats { publisher: Vec<RtcStats>, subscriber: Vec<RtcStats> },
    Done,
}

pub(crate) enum Waiter {
    Answer(oneshot::Sender<Result<Answer, String>>),
    /// Lent until the answer came, which is then told as well.
    Release(Handle, oneshot::Sender<Result<Answer, String>>),
}

#[derive(Default)]
pub(crate) struct Dispatch {
    waiters: Mutex<HashMap<u64, Waiter>>,
    rooms: Mutex<HashMap<u64, Weak<RoomCore>>>,
    videos: Mutex<HashMap<u64, Arc<Queue<VideoFrame>>>>,
    audios: Mutex<HashMap<u64, Arc<Queue<AudioBlock>>>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Dispatch {
    pub(crate) fn wait(&self, id: u64, waiter: Waiter) {
        lock(&self.waiters).insert(id, waiter);
    }

    pub(crate) fn forget(&self, id: u64) {
        let _forgotten = lock(&self.waiters).remove(&id);
    }

    pub(crate) fn enter_room(&self, handle: u64, room: &Arc<RoomCore>) {
        lock(&self.rooms).insert(handle, Arc::downgrade(room));
    }

    pub(crate) fn leave_room(&self, handle: u64) {
        lock(&self.rooms).remove(&handle);
    }

    pub(crate) fn open_video(&self, stream: u64, queue: &Arc<Queue<VideoFrame>>) {
        lock(&self.videos).insert(stream, queue.clone());
    }

    pub(crate) fn close_video(&self, stream: u64) {
        lock(&self.videos).remove(&stream);
    }

    pub(crate) fn open_audio(&self, stream: u64, queue: &Arc<Queue<AudioBlock>>) {
        lock(&self.audios).insert(stream, queue.clone());
    }

    pub(crate) fn close_audio(&self, stream: u64) {
        lock(&self.audios).remove(&stream);
    }

    fn answer(&self, id: u64, answer: Result<Answer, String>) {
        let waiter = lock(&self.waiters).remove(&id);
        match waiter {
            // Nobody waits any more: dropping the answer gives back what it carries.
            Some(Waiter::Answer(sender)) => drop(sender.send(answer)),
            Some(Waiter::Release(handle, sender)) => {
                drop(handle);
                drop(sender.send(answer));
            }
            None => {}
        }
    }

    pub(crate) fn event(&self, library: &'static Inner, event: FfiEvent) {
        use ffi_event::Message as M;
        match event.message {
            Some(M::VideoStreamEvent(event)) => match event.message {
                Some(video_stream_event::Message::FrameReceived(frame)) => {
                    let queue = lock(&self.videos).get(&event.stream_handle).cloned();
                    // Made in any case, for that takes the handle over.
                    let frame = VideoFrame::take(library, frame);
                    if let (Some(queue), Some(frame)) = (queue, frame) {
                        queue.push(frame);
                    }
                }
                Some(video_stream_event::Message::Eos(_)) => {
                    if let Some(queue) = lock(&self.videos).get(&event.stream_handle) {
                        queue.end();
                    }
                }
                None => {}
            },
            Some(M::AudioStreamEvent(event)) => match event.message {
                Some(audio_stream_event::Message::FrameReceived(frame)) => {
                    let queue = lock(&self.audios).get(&event.stream_handle).cloned();
                    let block = AudioBlock::take(library, &frame);
                    if let (Some(queue), Some(block)) = (queue, block) {
                        queue.push(block);
                    }
                }
                Some(audio_stream_event::Message::Eos(_)) => {
                    if let Some(queue) = lock(&self.audios).get(&event.stream_handle) {
                        queue.end();
                    }
                }
                None => {}
            },
            Some(M::RoomEvent(event)) => {
                let room = lock(&self.rooms).get(&event.room_handle).and_then(Weak::upgrade);
                if let Some(message) = event.message {
                    RoomCore::event(library, room.as_ref(), message);
                }
            }
            Some(M::Connect(answer)) => self.answer(
                answer.async_id,
                match answer.message {
                    Some(connect_callback::Message::Result(result)) => {
                        Ok(Answer::Joined(Box::new(Joined::take(library, result))))
                    }
                    Some(connect_callback::Message::Error(error)) => Err(error),
                    None => Err(String::new()),
                },
            ),
            Some(M::PublishTrack(answer)) => self.answer(
                answer.async_id,
                match answer.message {
                    Some(publish_track_callback::Message::Publication(publication)) => {
                        Ok(Answer::Published(Publication::take(library, publication)))
                    }
                    Some(publish_track_callback::Message::Error(error)) => Err(error),
                    None => Err(String::new()),
                },
            ),
            Some(M::GetSessionStats(answer)) => self.answer(
                answer.async_id,
                match answer.message {
                    Some(get_session_stats_callback::Message::Result(stats)) => Ok(Answer::Stats {
                        publisher: stats.publisher_stats,
                        subscriber: stats.subscriber_stats,
                    }),
                    Some(get_session_stats_callback::Message::Error(error)) => Err(error),
                    None => Err(String::new()),
                },
            ),
            Some(M::UnpublishTrack(answer)) => self.answer(answer.async_id, done(answer.error)),
            Some(M::SimulateScenario(answer)) => self.answer(answer.async_id, done(answer.error)),
            Some(M::Disconnect(answer)) => self.answer(answer.async_id, Ok(Answer::Done)),
            Some(M::Logs(batch)) => log(&batch),
            Some(M::Panic(panic)) => {
                tracing::error!(target: "livekit", message = panic.message, "the media library gave up");
            }
            None => {}
        }
    }
}

fn done(error: Option<String>) -> Result<Answer, String> {
    error.map_or(Ok(Answer::Done), Err)
}

fn log(batch: &LogBatch) {
    for record in &batch.records {
        // Addresses with a token in them, as far as the library writes any.
        if record.message.contains("access_token") {
            continue;
        }
        let (from, said) = (record.target.as_str(), record.message.as_str());
        // Its warnings are everyday: a frame that nobody took, a handle that went with its room.
        match record.level() {
            LogLevel::LogError => tracing::warn!(target: "livekit", from, "{said}"),
            LogLevel::LogWarn | LogLevel::LogInfo => tracing::debug!(target: "livekit", from, "{said}"),
            LogLevel::LogDebug | LogLevel::LogTrace => tracing::trace!(target: "livekit", from, "{said}"),
        }
    }
}
