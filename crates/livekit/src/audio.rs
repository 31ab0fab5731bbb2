//! Sound: where it enters the library and where it comes out. Samples are interleaved, 16 bits, in blocks of 10 ms.

use std::{slice, sync::Arc};

use crate::{
    error::RtcError,
    handle::Handle,
    library::{Inner, Library, address},
    proto::{
        AudioFrameBufferInfo, AudioFrameReceived, AudioSourceOptions, AudioSourceType, AudioStreamType,
        CaptureAudioFrameRequest, NewAudioSourceRequest, NewAudioStreamRequest, ffi_request::Message,
        ffi_response,
    },
    queue::Queue,
};

/// What is kept for a consumer that does not come: 200 ms.
const WAITING_BLOCKS: usize = 20;

fn check_format(sample_rate: u32, channels: u32) -> Result<(), RtcError> {
    // Blocks of 10 ms must be whole numbers of samples.
    if !(8_000..=192_000).contains(&sample_rate)
        || !sample_rate.is_multiple_of(100)
        || !(1..=2).contains(&channels)
    {
        return Err(RtcError::Invalid("sound must have one or two channels at 8 to 192 kHz"));
    }
    Ok(())
}

/// Where sound of this device enters.
#[derive(Debug)]
pub struct AudioSource {
    handle: Handle,
    sample_rate: u32,
    channels: u32,
    queue_ms: u32,
}

impl AudioSource {
    /// `queue_ms` is what the library buffers: a multiple of 10, or 0 to hand every block through at once.
    ///
    /// # Errors
    /// The format or the queue is not possible (the library would end the process over it).
    pub fn new(library: &Library, sample_rate: u32, channels: u32, queue_ms: u32) -> Result<Self, RtcError> {
        check_format(sample_rate, channels)?;
        if !queue_ms.is_multiple_of(10) || queue_ms > 10_000 {
            return Err(RtcError::Invalid("the queue of a sound source is a multiple of 10 ms"));
        }
        let message = Message::NewAudioSource(NewAudioSourceRequest {
            r#type: AudioSourceType::AudioSourceNative.into(),
            // The library's own processing works on devices that it opens itself; ours is `Apm`.
            options: Some(AudioSourceOptions {
                echo_cancellation: false,
                noise_suppression: false,
                auto_gain_control: false,
            }),
            sample_rate: Some(sample_rate),
            num_channels: Some(channels),
            queue_size_ms: Some(queue_ms),
        });
        match library.0.request("make a sound source", message)? {
            ffi_response::Message::NewAudioSource(made) => Ok(Self {
                handle: Handle::new(library.0, made.source.handle.id),
                sample_rate,
                channels,
                queue_ms,
            }),
            _ => Err(RtcError::Refused("make a sound source")),
        }
    }

    pub(crate) fn id(&self) -> u64 {
        self.handle.id()
    }

    /// Hz.
    #[must_use]
    pub fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    #[must_use]
    pub fn channels(&self) -> u32 {
        self.channels
    }

    /// Samples of one block, all channels together.
    #[must_use]
    pub fn block_len(&self) -> usize {
        (self.sample_rate / 100 * self.channels) as usize
    }

    /// Hands sound in at the pace of its recording; the samples are copied. Never blocks.
    ///
    /// # Errors
    /// Not one block where there is no queue, or not whole samples; or the library refuses.
    pub fn capture(&self, samples: &[i16]) -> Result<(), RtcError> {
        if samples.is_empty() || !samples.len().is_multiple_of(self.channels as usize) {
            return Err(RtcError::Invalid("not a whole number of samples"));
        }
        if self.queue_ms == 0 && samples.len() != self.block_len() {
            return Err(RtcError::Invalid("not a block of 10 ms"));
        }
        let Ok(samples_per_channel) = u32::try_from(samples.len() / self.channels as usize) else {
            return Err(RtcError::Invalid("too much sound at once"));
        };
        if samples_per_channel > self.sample_rate {
            return Err(RtcError::Invalid("too much sound at once"));
        }
        let message = Message::CaptureAudioFrame(CaptureAudioFrameRequest {
            source_handle: self.handle.id(),
            buffer: AudioFrameBufferInfo {
                data_ptr: address(samples.as_ptr()),
                num_channels: self.channels,
                sample_rate: self.sample_rate,
                samples_per_channel,
            },
            request_async_id: Some(self.handle.library().next_id()),
        });
        self.handle.library().request("capture sound", message).map(drop)
    }
}

/// 10 ms of sound that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudioBlock {
    /// Interleaved.
    pub samples: Vec<i16>,
    /// Hz.
    pub sample_rate: u32,
    pub channels: u32,
}

impl AudioBlock {
    pub(crate) fn take(library: &'static Inner, received: &AudioFrameReceived) -> Option<Self> {
        let _handle = Handle::new(library, received.frame.handle.id);
        let info = &received.frame.info;
        let len = usize::try_from(info.num_channels).ok()?.checked_mul(info.samples_per_channel as usize)?;
        let data = std::ptr::with_exposed_provenance::<i16>(usize::try_from(info.data_ptr).ok()?);
        if data.is_null() || !data.is_aligned() || len == 0 {
            return None;
        }
        // SAFETY: the library keeps this many samples there until the handle is dropped, below.
        let samples = unsafe { slice::from_raw_parts(data, len) }.to_vec();
        Some(Self { samples, sample_rate: info.sample_rate, channels: info.num_channels })
    }
}

/// The sound of a track. Slow consumers lose the oldest blocks.
#[derive(Debug)]
pub struct AudioStream {
    handle: Handle,
    queue: Arc<Queue<AudioBlock>>,
}

impl AudioStream {
    pub(crate) fn open(track: &Handle, sample_rate: u32, channels: u32) -> Result<Self, RtcError> {
        check_format(sample_rate, channels)?;
        let library = track.library();
        let message = Message::NewAudioStream(NewAudioStreamRequest {
            track_handle: track.id(),
            r#type: AudioStreamType::AudioStreamNative.into(),
            sample_rate: Some(sample_rate),
            num_channels: Some(channels),
            frame_size_ms: Some(10),
            queue_size_frames: Some(10),
        });
        match library.request("open a sound stream", message)? {
            ffi_response::Message::NewAudioStream(made) => {
                let handle = Handle::new(library, made.stream.handle.id);
                let queue = Arc::new(Queue::new(WAITING_BLOCKS));
                library.dispatch.open_audio(handle.id(), &queue);
                Ok(Self { handle, queue })
            }
            _ => Err(RtcError::Refused("open a sound stream")),
        }
    }

    /// None when the track has ended.
    pub async fn next(&mut self) -> Option<AudioBlock> {
        self.queue.next().await
    }

    /// What has arrived already; for a thread that must not wait.
    pub fn try_next(&mut self) -> Option<AudioBlock> {
        self.queue.try_next()
    }

    /// Blocks that arrived, also those that nobody took.
    #[must_use]
    pub fn arrived(&self) -> u64 {
        self.queue.arrived()
    }
}

impl Drop for AudioStream {
    fn drop(&mut self) {
        self.handle.library().dispatch.close_audio(self.handle.id());
    }
}
