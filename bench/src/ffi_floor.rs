//! The media library alone: two participants in this process, from a captured picture to the event of its arrival.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use telestack_livekit::{
    I420, Library, RemotePublication, RemoteTrack, Room, RoomEvent, RoomOptions, VideoPublish, VideoSource,
    VideoStream,
};
use telestack_media::{
    clock::{rising_micros, unix_micros},
    picture::{Picture, TestPicture, read_stamp},
};
use telestack_testkit::{Stack, pinned_library_hash};
use tokio::{
    sync::mpsc::UnboundedReceiver,
    task::JoinHandle,
    time::{Instant, MissedTickBehavior, interval, timeout},
};

const SIZE: (u32, u32) = (1280, 720);
const PATIENCE: Duration = Duration::from_secs(30);

/// Two participants of a room of their own, as our media host joins and publishes; not encrypted.
pub struct Floor {
    stream: VideoStream,
    capturing: JoinHandle<()>,
    // What the library lends goes when they do.
    _track: RemoteTrack,
    _publication: RemotePublication,
    _publisher: Room,
    _viewer: Room,
}

impl Floor {
    /// `size` is what the viewer asks for, in pixels: it chooses the layer.
    ///
    /// # Errors
    /// A room is not joined, or no picture comes.
    pub async fn open(stack: &Stack, size: (u32, u32)) -> Result<Self> {
        let library = Library::load(&stack.paths().ffi_library, &pinned_library_hash()?)?;
        let connect = async |identity: &str| {
            let token = stack.livekit_token("floor", identity)?;
            let url = &stack.info().livekit.url;
            anyhow::Ok(Room::connect(&library, url, &token, RoomOptions::default()).await?)
        };
        let (publisher, _) = connect("publisher").await?;
        let (viewer, mut events) = connect("viewer").await?;
        let source = VideoSource::new(&library, SIZE.0, SIZE.1, false)?;
        publisher.publish_video(&source, VideoPublish::camera()).await?;
        let capturing = tokio::spawn(capture(source));
        let (publication, track) = timeout(PATIENCE, subscribed(&mut events)).await??;
        publication.set_dimensions(size.0, size.1)?;
        let stream = track.video_stream()?;
        Ok(Self {
            stream,
            capturing,
            _track: track,
            _publication: publication,
            _publisher: publisher,
            _viewer: viewer,
        })
    }

    /// Milliseconds from capture to event of every picture for a while.
    ///
    /// # Errors
    /// None arrive.
    pub async fn watch(&mut self, time: Duration) -> Result<Vec<f64>> {
        let end = Instant::now() + time;
        let mut seen = Vec::new();
        while Instant::now() < end {
            let frame = timeout(PATIENCE, self.stream.next()).await?.context("the track ended")?;
            let arrived = unix_micros();
            let planes = frame.planes();
            let picture = Picture::from_planes(
                planes.width,
                planes.height,
                arrived,
                [(planes.y, planes.stride_y), (planes.u, planes.stride_u), (planes.v, planes.stride_v)],
                frame.rotation(),
            );
            if let Some(stamp) = picture.as_ref().and_then(read_stamp) {
                seen.push(millis(arrived - stamp.captured));
            }
        }
        Ok(seen)
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        self.capturing.abort();
    }
}

async fn subscribed(events: &mut UnboundedReceiver<RoomEvent>) -> Result<(RemotePublication, RemoteTrack)> {
    let mut publication = None;
    while let Some(event) = events.recv().await {
        match event {
            RoomEvent::TrackPublished(published) => publication = Some(published),
            RoomEvent::TrackSubscribed(track) => {
                return Ok((publication.context("subscribed before it was published")?, track));
            }
            _ => {}
        }
    }
    bail!("the room ended")
}

async fn capture(source: VideoSource) {
    let camera = TestPicture::new(SIZE.0, SIZE.1, 1);
    let mut pace = interval(Duration::from_secs(1) / 30);
    pace.set_missed_tick_behavior(MissedTickBehavior::Skip);
    for number in 0.. {
        pace.tick().await;
        let picture = camera.draw(number, unix_micros());
        let taken = I420::packed(picture.width(), picture.height(), picture.planes())
            .and_then(|frame| source.capture(&frame, rising_micros()));
        if taken.is_err() {
            return;
        }
    }
}

fn millis(micros: i64) -> f64 {
    Duration::from_micros(u64::try_from(micros).unwrap_or(0)).as_secs_f64() * 1000.0
}
