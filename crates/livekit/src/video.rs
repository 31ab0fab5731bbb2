//! Pictures: where they enter the library and where they come out. All are I420.

use std::{slice, sync::Arc};

use crate::{
    error::RtcError,
    handle::Handle,
    library::{Inner, Library, address},
    proto::{
        CaptureVideoFrameRequest, NewVideoSourceRequest, NewVideoStreamRequest, VideoBufferInfo,
        VideoBufferType, VideoFrameReceived, VideoRotation, VideoSourceResolution, VideoSourceType,
        VideoStreamType, ffi_request::Message, ffi_response, video_buffer_info::ComponentInfo,
    },
    queue::Queue,
};

/// The newest picture, and one that is being taken.
const WAITING_FRAMES: usize = 2;

const LARGEST_SIDE: u32 = 8192;

/// A borrowed picture. Planes may have padding: a stride is the bytes from one row to the next.
#[derive(Debug, Clone, Copy)]
pub struct I420<'a> {
    pub width: u32,
    pub height: u32,
    pub y: &'a [u8],
    pub u: &'a [u8],
    pub v: &'a [u8],
    pub stride_y: u32,
    pub stride_u: u32,
    pub stride_v: u32,
}

impl<'a> I420<'a> {
    /// A picture whose planes follow each other without padding.
    ///
    /// # Errors
    /// The bytes are not exactly one picture of this size.
    pub fn packed(width: u32, height: u32, bytes: &'a [u8]) -> Result<Self, RtcError> {
        let chroma_width = width.div_ceil(2);
        let luma = (width as usize) * (height as usize);
        let chroma = (chroma_width as usize) * (height.div_ceil(2) as usize);
        if bytes.len() != luma + 2 * chroma {
            return Err(RtcError::Invalid("not the bytes of an I420 picture of this size"));
        }
        let (y, rest) = bytes.split_at(luma);
        let (u, v) = rest.split_at(chroma);
        Ok(Self { width, height, y, u, v, stride_y: width, stride_u: chroma_width, stride_v: chroma_width })
    }

    fn check(&self) -> Result<(), RtcError> {
        let sides = 2..=LARGEST_SIDE;
        if !sides.contains(&self.width) || !sides.contains(&self.height) {
            return Err(RtcError::Invalid("a picture has sides of 2 to 8192 pixels"));
        }
        let (chroma_width, chroma_height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        let fits = |plane: &[u8], stride: u32, width: u32, height: u32| {
            stride >= width && plane.len() >= stride as usize * (height as usize - 1) + width as usize
        };
        if fits(self.y, self.stride_y, self.width, self.height)
            && fits(self.u, self.stride_u, chroma_width, chroma_height)
            && fits(self.v, self.stride_v, chroma_width, chroma_height)
        {
            Ok(())
        } else {
            Err(RtcError::Invalid("a plane is shorter than its picture"))
        }
    }
}

/// Where pictures of this device enter.
#[derive(Debug)]
pub struct VideoSource {
    handle: Handle,
}

impl VideoSource {
    /// The size is what the encoder prepares for; frames may differ. `screencast` keeps text sharp where the
    /// bandwidth is short and lets the frame rate fall instead.
    ///
    /// # Errors
    /// A side is not of 2 to 8192 pixels, or the library refuses.
    pub fn new(library: &Library, width: u32, height: u32, screencast: bool) -> Result<Self, RtcError> {
        let sides = 2..=LARGEST_SIDE;
        if !sides.contains(&width) || !sides.contains(&height) {
            return Err(RtcError::Invalid("a picture has sides of 2 to 8192 pixels"));
        }
        let message = Message::NewVideoSource(NewVideoSourceRequest {
            r#type: VideoSourceType::VideoSourceNative.into(),
            resolution: VideoSourceResolution { width, height },
            is_screencast: Some(screencast),
        });
        match library.0.request("make a picture source", message)? {
            ffi_response::Message::NewVideoSource(made) => {
                Ok(Self { handle: Handle::new(library.0, made.source.handle.id) })
            }
            _ => Err(RtcError::Refused("make a picture source")),
        }
    }

    pub(crate) fn id(&self) -> u64 {
        self.handle.id()
    }

    /// Hands a picture in; it is copied. `timestamp_us` are microseconds of any clock that only rises.
    ///
    /// # Errors
    /// The planes do not hold a picture of this size, or the library refuses.
    pub fn capture(&self, frame: &I420<'_>, timestamp_us: i64) -> Result<(), RtcError> {
        frame.check()?;
        let plane = |bytes: &[u8], stride: u32| ComponentInfo {
            data_ptr: address(bytes.as_ptr()),
            stride,
            size: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
        };
        let message = Message::CaptureVideoFrame(CaptureVideoFrameRequest {
            source_handle: self.handle.id(),
            buffer: VideoBufferInfo {
                r#type: VideoBufferType::I420.into(),
                width: frame.width,
                height: frame.height,
                data_ptr: address(frame.y.as_ptr()),
                stride: None,
                components: vec![
                    plane(frame.y, frame.stride_y),
                    plane(frame.u, frame.stride_u),
                    plane(frame.v, frame.stride_v),
                ],
            },
            timestamp_us,
            rotation: VideoRotation::VideoRotation0.into(),
        });
        self.handle.library().request("capture a picture", message).map(drop)
    }
}

#[derive(Debug, Clone, Copy)]
struct Plane {
    data: *const u8,
    len: usize,
    stride: u32,
}

impl Plane {
    fn of(component: &ComponentInfo, width: u32, height: u32) -> Option<Self> {
        let len = (component.stride as usize).checked_mul(height as usize)?;
        let data = std::ptr::with_exposed_provenance::<u8>(usize::try_from(component.data_ptr).ok()?);
        (!data.is_null() && component.stride >= width && component.size as usize >= len).then_some(Self {
            data,
            len,
            stride: component.stride,
        })
    }
}

/// A picture that arrived, in the library's memory until it is dropped.
#[derive(Debug)]
pub struct VideoFrame {
    // Keeps the planes alive.
    _handle: Handle,
    planes: [Plane; 3],
    width: u32,
    height: u32,
    rotation: u32,
    timestamp_us: i64,
}

// SAFETY: the library's memory is not written any more once it is lent, and may be read and given back by any thread.
unsafe impl Send for VideoFrame {}
// SAFETY: as above; there is no interior mutability.
unsafe impl Sync for VideoFrame {}

impl VideoFrame {
    pub(crate) fn take(library: &'static Inner, received: VideoFrameReceived) -> Option<Self> {
        let handle = Handle::new(library, received.buffer.handle.id);
        let rotation = match received.rotation() {
            VideoRotation::VideoRotation0 => 0,
            VideoRotation::VideoRotation90 => 90,
            VideoRotation::VideoRotation180 => 180,
            VideoRotation::VideoRotation270 => 270,
        };
        let info = received.buffer.info;
        if info.r#type() != VideoBufferType::I420 || info.width == 0 || info.height == 0 {
            return None;
        }
        let [y, u, v] = info.components.as_slice() else { return None };
        let (chroma_width, chroma_height) = (info.width.div_ceil(2), info.height.div_ceil(2));
        Some(Self {
            planes: [
                Plane::of(y, info.width, info.height)?,
                Plane::of(u, chroma_width, chroma_height)?,
                Plane::of(v, chroma_width, chroma_height)?,
            ],
            _handle: handle,
            width: info.width,
            height: info.height,
            rotation,
            timestamp_us: received.timestamp_us,
        })
    }

    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Degrees by which the picture must be turned clockwise to be upright: 0, 90, 180 or 270.
    #[must_use]
    pub fn rotation(&self) -> u32 {
        self.rotation
    }

    #[must_use]
    pub fn timestamp_us(&self) -> i64 {
        self.timestamp_us
    }

    fn bytes(&self, index: usize) -> &[u8] {
        let plane = &self.planes[index];
        // SAFETY: checked against the library's own figures when the frame was taken; the handle keeps it there.
        unsafe { slice::from_raw_parts(plane.data, plane.len) }
    }

    /// The picture's planes; each holds exactly stride times rows bytes.
    #[must_use]
    pub fn planes(&self) -> I420<'_> {
        let [y, u, v] = &self.planes;
        I420 {
            width: self.width,
            height: self.height,
            y: self.bytes(0),
            u: self.bytes(1),
            v: self.bytes(2),
            stride_y: y.stride,
            stride_u: u.stride,
            stride_v: v.stride,
        }
    }
}

/// The pictures of a track. Slow consumers lose the oldest.
#[derive(Debug)]
pub struct VideoStream {
    handle: Handle,
    queue: Arc<Queue<VideoFrame>>,
}

impl VideoStream {
    pub(crate) fn open(track: &Handle) -> Result<Self, RtcError> {
        let library = track.library();
        let message = Message::NewVideoStream(NewVideoStreamRequest {
            track_handle: track.id(),
            r#type: VideoStreamType::VideoStreamNative.into(),
            format: Some(VideoBufferType::I420.into()),
            normalize_stride: Some(true),
            queue_size_frames: Some(1),
        });
        match library.request("open a picture stream", message)? {
            ffi_response::Message::NewVideoStream(made) => {
                let handle = Handle::new(library, made.stream.handle.id);
                let queue = Arc::new(Queue::new(WAITING_FRAMES));
                library.dispatch.open_video(handle.id(), &queue);
                Ok(Self { handle, queue })
            }
            _ => Err(RtcError::Refused("open a picture stream")),
        }
    }

    /// None when the track has ended.
    pub async fn next(&mut self) -> Option<VideoFrame> {
        self.queue.next().await
    }

    /// Pictures that arrived, also those that nobody took.
    #[must_use]
    pub fn arrived(&self) -> u64 {
        self.queue.arrived()
    }
}

impl Drop for VideoStream {
    fn drop(&mut self) {
        self.handle.library().dispatch.close_video(self.handle.id());
    }
}

#[cfg(test)]
mod tests {
    use super::I420;

    #[test]
    fn a_picture_must_hold_what_its_size_says() {
        let bytes = [0; 5 * 3 + 2 * 3 * 2];
        let odd = I420::packed(5, 3, &bytes).expect("27 bytes are a picture of 5 x 3");
        assert_eq!((odd.u.len(), odd.stride_u), (6, 3));
        assert!(odd.check().is_ok());
        assert!(I420 { stride_y: 6, ..odd }.check().is_err(), "the last row would be missing");
        assert!(I420 { height: 4, ..odd }.check().is_err());
        assert!(I420 { stride_v: 2, ..odd }.check().is_err());
        assert!(I420::packed(4, 4, &bytes).is_err());
    }
}
