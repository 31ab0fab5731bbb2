//! Pictures in another size. The kinds of their pixels are named here: where they are chosen while it runs, the scaler for
//! all kinds there are is a tenth of the program.

use fast_image_resize::{
    PixelTrait, ResizeOptions, Resizer,
    images::{TypedImage, TypedImageRef},
    pixels::{U8x3, U8x4},
};
use image::{DynamicImage, RgbImage, RgbaImage};

/// The picture, or the part of it that the options name, in a size of `width` and `height`. None where the part lies
/// outside.
pub fn resize(
    picture: &DynamicImage,
    width: u32,
    height: u32,
    options: &ResizeOptions,
) -> Option<DynamicImage> {
    let (from, to) = ((picture.width(), picture.height()), (width, height));
    match picture {
        DynamicImage::ImageRgba8(pixels) => {
            let pixels = resize_pixels::<U8x4>(pixels.as_raw(), from, to, options)?;
            RgbaImage::from_raw(width, height, pixels).map(DynamicImage::from)
        }
        DynamicImage::ImageRgb8(pixels) => {
            let pixels = resize_pixels::<U8x3>(pixels.as_raw(), from, to, options)?;
            RgbImage::from_raw(width, height, pixels).map(DynamicImage::from)
        }
        other => resize(&other.to_rgba8().into(), width, height, options),
    }
}

fn resize_pixels<P: PixelTrait>(
    pixels: &[u8],
    from: (u32, u32),
    to: (u32, u32),
    options: &ResizeOptions,
) -> Option<Vec<u8>> {
    let from = TypedImageRef::<P>::from_buffer(from.0, from.1, pixels).ok()?;
    let mut resized = vec![0; size_of::<P>() * usize::try_from(u64::from(to.0) * u64::from(to.1)).ok()?];
    let mut image = TypedImage::<P>::from_buffer(to.0, to.1, &mut resized).ok()?;
    Resizer::new().resize_typed(&from, &mut image, options).ok()?;
    Some(resized)
}
