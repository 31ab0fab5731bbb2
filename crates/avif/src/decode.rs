//! The picture of an AVIF file: its tiles decoded and put together, with what is see-through, turned as the file says.

use image::{DynamicImage, GenericImage as _, GrayImage, ImageBuffer, Pixel, RgbImage, RgbaImage};
use re_rav1d::{Decoder, Picture, Settings};

use super::{
    colour::{self, Meaning},
    container::{Container, Cursor},
    read::AvifError,
};

type Pixels<P> = ImageBuffer<P, Vec<<P as Pixel>::Subpixel>>;

/// How often a decoder is asked for its picture: one that has layers first takes all of them.
const ASKED: usize = 8;
/// What says that an item is another's opacity.
const OPACITY: [&[u8]; 2] =
    [b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0", b"urn:mpeg:hevc:2015:auxid:1\0"];

/// Decodes a file's picture of at most so many pixels.
pub fn decode(file: &[u8], pixels: u32) -> Result<DynamicImage, AvifError> {
    let container = Container::open(file)?;
    let reading = Reading { container: &container, pixels };
    let item = container.primary;
    let colours = reading.colours(item)?;
    let opacity = container.references(*b"auxl").into_iter().find(|(from, to)| {
        let name = container.property(*from, *b"auxC").and_then(|body| body.get(4..)).unwrap_or_default();
        to.contains(&item) && OPACITY.iter().any(|known| name.starts_with(known))
    });
    let picture = match opacity {
        None => colours.into(),
        Some((opacity, _)) => {
            let multiplied = container
                .references(*b"prem")
                .iter()
                .any(|(from, to)| *from == item && to.contains(&opacity));
            covered(colours, &reading.opacity(opacity)?, multiplied)?.into()
        }
    };
    Ok(turned(picture, &container))
}

struct Reading<'a> {
    container: &'a Container<'a>,
    pixels: u32,
}

/// A picture that is made of tiles.
struct Grid {
    tiles: Vec<u32>,
    columns: usize,
    width: u32,
    height: u32,
}

impl Reading<'_> {
    fn colours(&self, item: u32) -> Result<RgbImage, AvifError> {
        let meaning = self.meaning(item);
        match self.grid(item)? {
            None => self.tile(item, meaning),
            Some(grid) => grid.joined(|tile| self.tile(tile, meaning.or_else(|| self.meaning(tile)))),
        }
    }

    fn opacity(&self, item: u32) -> Result<GrayImage, AvifError> {
        let tile = |item| {
            let picture = self.decoded(item)?;
            let bytes = colour::opacity(&picture).ok_or(AvifError::Damaged)?;
            GrayImage::from_raw(picture.width(), picture.height(), bytes).ok_or(AvifError::Damaged)
        };
        match self.grid(item)? {
            None => tile(item),
            Some(grid) => grid.joined(tile),
        }
    }

    fn meaning(&self, item: u32) -> Option<Meaning> {
        let colours = self.container.properties(item).filter(|(kind, _)| kind == b"colr");
        colours.filter_map(|(_, body)| Meaning::read(body)).next()
    }

    fn tile(&self, item: u32, meaning: Option<Meaning>) -> Result<RgbImage, AvifError> {
        let picture = self.decoded(item)?;
        let meaning = meaning.unwrap_or_else(|| Meaning::of(&picture));
        colour::rgb(&picture, meaning).ok_or(AvifError::Damaged)
    }

    /// The size that the file names: who lies about it is refused by the decoder.
    fn check_size(&self, item: u32) -> Result<(), AvifError> {
        let Some(size) = self.container.property(item, *b"ispe").and_then(|body| body.get(4..)) else {
            return Ok(());
        };
        let mut size = Cursor(size);
        let (width, height) = size.number(4).zip(size.number(4)).ok_or(AvifError::Damaged)?;
        self.check(width, height)
    }

    fn check(&self, width: u64, height: u64) -> Result<(), AvifError> {
        match width.checked_mul(height) {
            Some(0) => Err(AvifError::Damaged),
            Some(pixels) if pixels <= u64::from(self.pixels) => Ok(()),
            _ => Err(AvifError::TooLarge),
        }
    }

    fn grid(&self, item: u32) -> Result<Option<Grid>, AvifError> {
        if self.container.kind(item) != Some(*b"grid") {
            return Ok(None);
        }
        let content = self.container.content(item)?;
        let read = || {
            let mut rest = Cursor(&content);
            let side = if rest.number(2)? & 1 == 1 { 4 } else { 2 };
            let (rows, columns) = (rest.number(1)? + 1, rest.number(1)? + 1);
            Some((rows, columns, rest.number(side)?, rest.number(side)?))
        };
        let (rows, columns, width, height) = read().ok_or(AvifError::Damaged)?;
        self.check(width, height)?;
        let made_of = self.container.references(*b"dimg").into_iter().find(|(from, _)| *from == item);
        let (_, tiles) = made_of.ok_or(AvifError::Damaged)?;
        let whole = |number| u32::try_from(number).map_err(|_| AvifError::Damaged);
        let fits = u64::try_from(tiles.len()).is_ok_and(|count| count == rows * columns);
        if !fits {
            return Err(AvifError::Damaged);
        }
        let columns = usize::try_from(columns).map_err(|_| AvifError::Damaged)?;
        Ok(Some(Grid { tiles, columns, width: whole(width)?, height: whole(height)? }))
    }

    fn decoded(&self, item: u32) -> Result<Picture, AvifError> {
        if self.container.kind(item) != Some(*b"av01") {
            return Err(AvifError::Damaged);
        }
        self.check_size(item)?;
        frame(self.container.content(item)?, self.pixels).ok_or(AvifError::Damaged)
    }
}

impl Grid {
    /// The tiles, opened one after the other. The last ones may reach over the edge.
    fn joined<P: Pixel>(
        &self,
        open: impl Fn(u32) -> Result<Pixels<P>, AvifError>,
    ) -> Result<Pixels<P>, AvifError> {
        let mut whole = Pixels::new(self.width, self.height);
        let mut top = 0;
        for row in self.tiles.chunks(self.columns) {
            let (mut left, mut high) = (0, 0);
            for item in row {
                let tile = open(*item)?;
                let room =
                    |whole: u32, at| whole.checked_sub(at).filter(|room| *room > 0).ok_or(AvifError::Damaged);
                let width = tile.width().min(room(self.width, left)?);
                high = tile.height();
                let part = image::imageops::crop_imm(&tile, 0, 0, width, high.min(room(self.height, top)?));
                whole.copy_from(&*part, left, top).map_err(|_| AvifError::Damaged)?;
                left += width;
            }
            top += high;
        }
        Ok(whole)
    }
}

/// The picture of an AV1 stream; the last one where it has layers.
fn frame(stream: Vec<u8>, pixels: u32) -> Option<Picture> {
    let mut settings = Settings::new();
    // One thread, and none of its own: work ends with the call.
    settings.set_n_threads(1);
    settings.set_max_frame_delay(1);
    settings.set_frame_size_limit(pixels);
    settings.set_all_layers(false);
    // It needs a second picture, and a small copy shows nothing of it.
    settings.set_apply_grain(false);
    let mut decoder = Decoder::with_settings(&settings).ok()?;
    let mut sent = decoder.send_data(stream, None, None, None);
    let mut last = None;
    for _ in 0..ASKED {
        match decoder.get_picture() {
            Ok(picture) => last = Some(picture),
            Err(error) if error.is_again() => match sent {
                Ok(()) if last.is_some() => break,
                Ok(()) => {}
                Err(error) if error.is_again() => sent = decoder.send_pending_data(),
                Err(_) => return None,
            },
            Err(_) => return None,
        }
    }
    last
}

/// Colours with how much each pixel covers. Multiplied ones are as dark as they are see-through.
fn covered(colours: RgbImage, opacity: &GrayImage, multiplied: bool) -> Result<RgbaImage, AvifError> {
    if colours.dimensions() != opacity.dimensions() {
        return Err(AvifError::Damaged);
    }
    let mut picture = DynamicImage::from(colours).into_rgba8();
    for (pixel, image::Luma([alpha])) in picture.pixels_mut().zip(opacity.pixels()) {
        let [colours @ .., covers] = &mut pixel.0;
        *covers = *alpha;
        if multiplied && *alpha > 0 {
            for value in colours {
                let whole = u16::from(*value) * 255 / u16::from(*alpha);
                *value = u8::try_from(whole).unwrap_or(u8::MAX);
            }
        }
    }
    Ok(picture)
}

/// Turned and mirrored, in the order in which the file has it.
fn turned(picture: DynamicImage, container: &Container<'_>) -> DynamicImage {
    container.properties(container.primary).fold(picture, |picture, (kind, body)| {
        let first = body.first().copied().unwrap_or_default();
        match (&kind, first & 3) {
            // Against the clock.
            (b"irot", 1) => picture.rotate270(),
            (b"irot", 2) => picture.rotate180(),
            (b"irot", 3) => picture.rotate90(),
            (b"imir", 0) => picture.flipv(),
            (b"imir", 1) => picture.fliph(),
            _ => picture,
        }
    })
}
