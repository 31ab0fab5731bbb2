use std::sync::Arc;

use super::{CAMERA_RATE, CAMERA_SIZE, Captured, Stop, pace};
use crate::{clock::unix_micros, picture::TestPicture};

pub fn run(hue: u32, stop: &Stop, mut on: impl FnMut(Captured)) {
    let picture = TestPicture::new(CAMERA_SIZE.0, CAMERA_SIZE.1, hue);
    let mut number = 0_u32;
    pace(CAMERA_RATE, stop, || {
        on(Captured::Picture(Arc::new(picture.draw(number, unix_micros()))));
        number = number.wrapping_add(1);
    });
}
