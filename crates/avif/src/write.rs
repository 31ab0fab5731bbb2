//! A picture written as AVIF: one AV1 frame of eight bits, and one for what is see-through.

use avif_serialize::{Aviffy, constants::MatrixCoefficients as FileMatrix};
use image::{DynamicImage, Rgb, RgbaImage};
use rav1e::prelude::{
    ChromaSampling, ColorDescription, ColorPrimaries, Config, Context, EncoderConfig, EncoderStatus, Frame,
    MatrixCoefficients, PixelRange, SpeedSettings, TransferCharacteristics,
};

/// The quickest: the one above takes twice as long for files of nearly the same size.
const SPEED: u8 = 10;

/// The bytes of the file, with a quality of 1 to 100. None where the encoder refuses the picture.
#[must_use]
pub fn write(picture: &DynamicImage, quality: u8) -> Option<Vec<u8>> {
    let (width, height) = (picture.width(), picture.height());
    let (colours, opacity) = match picture {
        DynamicImage::ImageRgba8(pixels) => (frame(pixels, quality)?, opacity(pixels, quality)?),
        _ => (frame(&picture.to_rgba8(), quality)?, None),
    };
    let mut file = Aviffy::new();
    file.set_seq_profile(0).set_chroma_subsampling((true, true)).set_matrix_coefficients(FileMatrix::Bt601);
    Some(file.to_vec(&colours, opacity.as_deref(), width, height, 8))
}

/// The colours: luma for each pixel, the differences for each four.
fn frame(picture: &RgbaImage, quality: u8) -> Option<Vec<u8>> {
    let (mut context, mut frame) = begin(picture, quality, ChromaSampling::Cs420)?;
    fill(&mut frame, 0, picture.width(), picture.height(), |x, y| {
        let image::Rgba([red, green, blue, _]) = *picture.get_pixel(x, y);
        luma(Rgb([red, green, blue].map(f32::from)))
    });
    let (wide, high) = (picture.width().div_ceil(2), picture.height().div_ceil(2));
    let share = |blue: bool| {
        move |x: u32, y: u32| {
            let Rgb([red, green, of_blue]) = four(picture, 2 * x, 2 * y);
            let luma = luma(Rgb([red, green, of_blue]));
            128.0 + if blue { (of_blue - luma) / 1.772 } else { (red - luma) / 1.402 }
        }
    };
    fill(&mut frame, 1, wide, high, share(true));
    fill(&mut frame, 2, wide, high, share(false));
    finish(&mut context, frame)
}

fn luma(Rgb([red, green, blue]): Rgb<f32>) -> f32 {
    0.299 * red + 0.587 * green + 0.114 * blue
}

/// The mean of four pixels; at the edge, of what is there.
fn four(picture: &RgbaImage, left: u32, top: u32) -> Rgb<f32> {
    let (right, bottom) = ((left + 1).min(picture.width() - 1), (top + 1).min(picture.height() - 1));
    let mut sum = [0.0; 3];
    for (x, y) in [(left, top), (right, top), (left, bottom), (right, bottom)] {
        for (sum, value) in sum.iter_mut().zip(picture.get_pixel(x, y).0) {
            *sum += f32::from(value) / 4.0;
        }
    }
    Rgb(sum)
}

/// What is see-through, where something is. Its quality is that of the colours.
#[expect(clippy::option_option, reason = "refused, and not there")]
fn opacity(picture: &RgbaImage, quality: u8) -> Option<Option<Vec<u8>>> {
    if picture.pixels().all(|pixel| pixel.0[3] == 255) {
        return Some(None);
    }
    let (mut context, mut frame) = begin(picture, quality, ChromaSampling::Cs400)?;
    fill(&mut frame, 0, picture.width(), picture.height(), |x, y| f32::from(picture.get_pixel(x, y).0[3]));
    finish(&mut context, frame).map(Some)
}

fn begin(picture: &RgbaImage, quality: u8, sampling: ChromaSampling) -> Option<(Context<u8>, Frame<u8>)> {
    // Coarseness of 0 to 255, as other encoders count the quality.
    let coarse = u16::from(100_u8.saturating_sub(quality)) * 255 / 100;
    let config = EncoderConfig {
        width: usize::try_from(picture.width()).ok()?,
        height: usize::try_from(picture.height()).ok()?,
        bit_depth: 8,
        chroma_sampling: sampling,
        pixel_range: PixelRange::Full,
        color_description: Some(ColorDescription {
            color_primaries: ColorPrimaries::BT709,
            transfer_characteristics: TransferCharacteristics::SRGB,
            matrix_coefficients: MatrixCoefficients::BT601,
        }),
        still_picture: true,
        quantizer: usize::from(coarse),
        min_quantizer: u8::try_from(coarse).ok()?,
        tiles: 1,
        speed_settings: SpeedSettings::from_preset(SPEED),
        ..EncoderConfig::default()
    };
    let context: Context<u8> =
        Config::new().with_threads(1).with_encoder_config(config).new_context().ok()?;
    let frame = context.new_frame();
    Some((context, frame))
}

fn fill(frame: &mut Frame<u8>, plane: usize, width: u32, height: u32, at: impl Fn(u32, u32) -> f32) {
    let mut region = frame.planes[plane].mut_slice(Default::default());
    for (y, row) in (0..height).zip(region.rows_iter_mut()) {
        for (x, place) in (0..width).zip(row) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
            let byte = at(x, y).round().clamp(0.0, 255.0) as u8;
            *place = byte;
        }
    }
}

fn finish(context: &mut Context<u8>, frame: Frame<u8>) -> Option<Vec<u8>> {
    context.send_frame(frame).ok()?;
    context.flush();
    let mut stream = Vec::new();
    loop {
        match context.receive_packet() {
            Ok(packet) => stream.extend(packet.data),
            Err(EncoderStatus::Encoded) => {}
            Err(EncoderStatus::LimitReached) => return Some(stream),
            Err(_) => return None,
        }
    }
}
