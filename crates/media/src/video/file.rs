//! A picture file as a camera, for demonstrations.

use std::{path::Path, sync::Arc};

use super::{CAMERA_SIZE, CaptureError, Captured, Stop, pace};
use crate::{
    clock::unix_micros,
    picture::{Picture, Scaler, from_rgb},
};

/// A still picture needs no more.
const RATE: u32 = 10;

pub fn run(path: &Path, stop: &Stop, mut on: impl FnMut(Captured)) {
    let still = match read(path) {
        Ok(still) => still,
        Err(error) => {
            tracing::warn!(%error, "the file in place of a camera");
            on(Captured::Missing);
            return;
        }
    };
    pace(RATE, stop, || {
        if let Some(picture) =
            Picture::new(still.width(), still.height(), unix_micros(), still.planes().to_vec())
        {
            on(Captured::Picture(Arc::new(picture)));
        }
    });
}

fn read(path: &Path) -> Result<Picture, CaptureError> {
    let image = image::open(path)?.into_rgb8();
    // An encoder wants even sides.
    let (width, height) = (image.width() & !1, image.height() & !1);
    let image = image::imageops::crop_imm(&image, 0, 0, width, height).to_image();
    let picture = from_rgb(width, height, 0, image.as_raw()).ok_or(CaptureError::Format)?;
    Scaler::default()
        .scale(&picture, CAMERA_SIZE)
        .map(std::borrow::Cow::into_owned)
        .ok_or(CaptureError::Format)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_in_the_size_of_a_camera() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("face.png");
        image::RgbImage::from_pixel(2561, 1441, image::Rgb([200, 30, 40])).save(&path).expect("a file");
        let picture = read(&path).expect("a picture");
        assert_eq!((picture.width(), picture.height()), CAMERA_SIZE);
        assert!(picture.mean_rgb()[0] > 180.0);
        std::fs::write(&path, b"not a picture").expect("a file");
        assert!(read(&path).is_err());
    }
}
