//! A camera device. Opened again when it was unplugged.

use std::{sync::Arc, time::Duration};

use nokhwa::{
    Camera,
    utils::{CameraFormat, FrameFormat, RequestedFormat, RequestedFormatType},
};

use super::{CAMERA_RATE, CAMERA_SIZE, CaptureError, Captured, Stop, cameras};
use crate::{
    clock::unix_micros,
    picture::{Picture, from_nv12, from_rgb, from_yuyv},
};

const RETRY: Duration = Duration::from_secs(2);
/// Of what `picture` can read, the cheapest first.
const FORMATS: [FrameFormat; 3] = [FrameFormat::NV12, FrameFormat::YUYV, FrameFormat::MJPEG];

pub fn run(id: Option<&str>, stop: &Stop, mut on: impl FnMut(Captured)) {
    let mut told = false;
    loop {
        if let Err(error) = capture(id, stop, |picture| {
            told = false;
            on(Captured::Picture(picture));
        }) {
            tracing::info!(%error, "camera");
            if !told {
                on(Captured::Missing);
            }
            told = true;
        }
        if !stop.sleep(RETRY) {
            return;
        }
    }
}

fn capture(id: Option<&str>, stop: &Stop, mut on: impl FnMut(Arc<Picture>)) -> Result<(), CaptureError> {
    let info = cameras::find(id)?;
    let mut camera = open(&info)?;
    camera.open_stream()?;
    while !stop.asked() {
        let frame = camera.frame()?;
        let size = frame.resolution();
        let picture = picture(frame.source_frame_format(), size.width(), size.height(), frame.buffer())
            .ok_or(CaptureError::Format)?;
        on(Arc::new(picture));
    }
    camera.stop_stream()?;
    Ok(())
}

fn open(info: &nokhwa::utils::CameraInfo) -> Result<Camera, CaptureError> {
    let (width, height) = CAMERA_SIZE;
    // Closest in one format only: which one a camera has is found by trying. Large pictures uncompressed come at
    // a few a second from many cameras, so compressed ones are tried first.
    for format in [FrameFormat::MJPEG, FrameFormat::YUYV, FrameFormat::NV12] {
        let closest =
            RequestedFormatType::Closest(CameraFormat::new_from(width, height, format, CAMERA_RATE));
        let wanted = [format];
        let request = RequestedFormat::with_formats(closest, &wanted);
        if let Ok(camera) = Camera::new(info.index().clone(), request) {
            return Ok(camera);
        }
    }
    let any = RequestedFormat::with_formats(RequestedFormatType::AbsoluteHighestFrameRate, &FORMATS);
    Ok(Camera::new(info.index().clone(), any)?)
}

fn picture(format: FrameFormat, width: u32, height: u32, bytes: &[u8]) -> Option<Picture> {
    let now = unix_micros();
    match format {
        FrameFormat::YUYV => from_yuyv(width, height, now, bytes),
        FrameFormat::NV12 => from_nv12(width, height, now, bytes),
        FrameFormat::RAWRGB => from_rgb(width, height, now, bytes),
        FrameFormat::MJPEG => {
            let image =
                image::load_from_memory_with_format(bytes, image::ImageFormat::Jpeg).ok()?.into_rgb8();
            from_rgb(image.width(), image.height(), now, image.as_raw())
        }
        FrameFormat::GRAY | FrameFormat::RAWBGR => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_camera_sends_becomes_a_picture() {
        let mut jpeg = Vec::new();
        image::RgbImage::from_pixel(32, 18, image::Rgb([10, 200, 30]))
            .write_to(&mut std::io::Cursor::new(&mut jpeg), image::ImageFormat::Jpeg)
            .expect("a JPEG");
        let shown = picture(FrameFormat::MJPEG, 32, 18, &jpeg).expect("a picture");
        assert!(shown.mean_rgb()[1] > 180.0);
        assert!(picture(FrameFormat::MJPEG, 32, 18, &jpeg[..20]).is_none());
        assert!(picture(FrameFormat::YUYV, 32, 18, &[0; 32 * 18 * 2]).is_some());
        assert!(picture(FrameFormat::YUYV, 32, 18, &[0; 32 * 18]).is_none());
    }
}
