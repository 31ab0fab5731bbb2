use std::sync::Arc;

use super::{CAMERA_RATE, Captured, Stop, pace};
use crate::{clock::unix_micros, picture::TestPicture};

pub fn run(hue: u32, (width, height): (u32, u32), stop: &Stop, mut on: impl FnMut(Captured)) {
    let picture = TestPicture::new(width, height, hue);
    let mut number = 0_u32;
    pace(CAMERA_RATE, stop, || {
        on(Captured::Picture(Arc::new(picture.draw(number, unix_micros()))));
        number = number.wrapping_add(1);
    });
}
