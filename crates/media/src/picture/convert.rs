//! From what cameras and screens give to I420. Colour is BT.601 limited range in 8-bit fixed point.

use super::{Picture, chroma_bytes, half, luma_bytes};

/// From 4 bytes a pixel, alpha last.
#[must_use]
pub fn from_rgba(width: u32, height: u32, captured: i64, pixels: &[u8]) -> Option<Picture> {
    from_pixels::<4>(width, height, captured, pixels, [0, 1, 2])
}

/// From 4 bytes a pixel, blue first: what screens give.
#[must_use]
pub fn from_bgra(width: u32, height: u32, captured: i64, pixels: &[u8]) -> Option<Picture> {
    from_pixels::<4>(width, height, captured, pixels, [2, 1, 0])
}

/// From 3 bytes a pixel.
#[must_use]
pub fn from_rgb(width: u32, height: u32, captured: i64, pixels: &[u8]) -> Option<Picture> {
    from_pixels::<3>(width, height, captured, pixels, [0, 1, 2])
}

fn from_pixels<const N: usize>(
    width: u32,
    height: u32,
    captured: i64,
    pixels: &[u8],
    red_green_blue: [usize; 3],
) -> Option<Picture> {
    if pixels.len() != luma_bytes(width, height) * N {
        return None;
    }
    let mut picture = blank(width, height, captured)?;
    let [luma, cb, cr] = picture.planes_mut();
    let stride = width as usize * N;
    for (row, out) in pixels.chunks_exact(stride).zip(luma.chunks_exact_mut(width as usize)) {
        for (pixel, out) in row.chunks_exact(N).zip(out) {
            let [r, g, b] = red_green_blue.map(|at| i32::from(pixel[at]));
            *out = y_of(r, g, b);
        }
    }
    // Chroma is that of each 2x2 block's first pixel on both rows; a picture's last odd row stands alone.
    let columns = half(width) as usize;
    for (at, (cb, cr)) in cb.chunks_exact_mut(columns).zip(cr.chunks_exact_mut(columns)).enumerate() {
        let top = &pixels[2 * at * stride..][..stride];
        let below = pixels.get((2 * at + 1) * stride..(2 * at + 2) * stride).unwrap_or(top);
        let pairs = top.chunks(2 * N).zip(below.chunks(2 * N));
        for ((top, below), (cb, cr)) in pairs.zip(cb.iter_mut().zip(cr.iter_mut())) {
            let [r, g, b] = red_green_blue.map(|at| (i32::from(top[at]) + i32::from(below[at])) / 2);
            *cb = clamp(((-38 * r - 74 * g + 112 * b + 128) >> 8) + 128);
            *cr = clamp(((112 * r - 94 * g - 18 * b + 128) >> 8) + 128);
        }
    }
    Some(picture)
}

/// From packed 4:2:2, as most webcams give where they do not compress. Width must be even.
#[must_use]
pub fn from_yuyv(width: u32, height: u32, captured: i64, pixels: &[u8]) -> Option<Picture> {
    if !width.is_multiple_of(2) || pixels.len() != luma_bytes(width, height) * 2 {
        return None;
    }
    let mut picture = blank(width, height, captured)?;
    let [luma, cb, cr] = picture.planes_mut();
    for (out, pair) in luma.iter_mut().zip(pixels.chunks_exact(2)) {
        *out = pair[0];
    }
    let columns = half(width) as usize;
    let rows = pixels.chunks_exact(width as usize * 2).step_by(2);
    for (row, (cb, cr)) in rows.zip(cb.chunks_exact_mut(columns).zip(cr.chunks_exact_mut(columns))) {
        for (four, (cb, cr)) in row.chunks_exact(4).zip(cb.iter_mut().zip(cr.iter_mut())) {
            (*cb, *cr) = (four[1], four[3]);
        }
    }
    Some(picture)
}

/// From a luma plane with one interleaved chroma plane.
#[must_use]
pub fn from_nv12(width: u32, height: u32, captured: i64, pixels: &[u8]) -> Option<Picture> {
    let size = luma_bytes(width, height);
    if pixels.len() != size + 2 * chroma_bytes(width, height) {
        return None;
    }
    let mut picture = blank(width, height, captured)?;
    let [luma, cb, cr] = picture.planes_mut();
    luma.copy_from_slice(&pixels[..size]);
    for (pair, (cb, cr)) in pixels[size..].chunks_exact(2).zip(cb.iter_mut().zip(cr.iter_mut())) {
        (*cb, *cr) = (pair[0], pair[1]);
    }
    Some(picture)
}

fn blank(width: u32, height: u32, captured: i64) -> Option<Picture> {
    Picture::new(width, height, captured, vec![0; super::i420_bytes(width, height)])
}

fn y_of(r: i32, g: i32, b: i32) -> u8 {
    clamp(((66 * r + 129 * g + 25 * b + 128) >> 8) + 16)
}

fn clamp(value: i32) -> u8 {
    u8::try_from(value.clamp(0, 255)).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_plain_colour_survives(r: u8, g: u8, b: u8, width in 1..40u32, height in 1..40u32) {
            let pixels = [r, g, b, 255].repeat(luma_bytes(width, height));
            let picture = from_rgba(width, height, 0, &pixels).expect("a fitting size");
            for (got, sent) in picture.mean_rgb().into_iter().zip([r, g, b]) {
                prop_assert!((got - f64::from(sent)).abs() < 5.0, "{got} for {sent}");
            }
        }

        #[test]
        fn packed_and_planar_agree(y: u8, u: u8, v: u8, columns in 1..20u32, height in 1..20u32) {
            let width = 2 * columns;
            let packed = from_yuyv(width, height, 0, &[y, u, y, v].repeat(luma_bytes(columns, height)));
            let mut planes = vec![y; luma_bytes(width, height)];
            planes.extend([u, v].repeat(chroma_bytes(width, height)));
            prop_assert_eq!(packed, from_nv12(width, height, 0, &planes));
        }
    }

    #[test]
    fn wrong_lengths_are_refused() {
        assert!(from_rgba(4, 4, 0, &[0; 63]).is_none());
        assert!(from_rgb(4, 4, 0, &[0; 47]).is_none());
        assert!(from_yuyv(3, 4, 0, &[0; 24]).is_none());
        assert!(from_nv12(4, 4, 0, &[0; 25]).is_none());
    }
}
