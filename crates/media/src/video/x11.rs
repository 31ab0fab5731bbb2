//! A monitor of an X11 desktop, with the pointer as people see it.

use x11rb::{
    connection::Connection,
    errors::ReplyError,
    protocol::{
        randr::ConnectionExt as _,
        xfixes::{ConnectionExt as _, GetCursorImageReply},
        xproto::{ConnectionExt as _, ImageFormat, ImageOrder, Screen, Setup},
    },
    rust_connection::RustConnection,
};

use super::CaptureError;
use crate::{
    clock::unix_micros,
    picture::{MAX_SIDE, Picture, from_bgra},
};

/// XFixes has cursor images since its first version; newer ones are asked for what we do not use.
const XFIXES: (u32, u32) = (1, 0);

#[derive(Debug)]
pub struct Monitor {
    connection: RustConnection,
    root: u32,
    area: Area,
    has_pointer: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Area {
    x: i16,
    y: i16,
    width: u16,
    height: u16,
}

fn failed(error: impl std::fmt::Display) -> CaptureError {
    CaptureError::Screen(error.to_string())
}

impl Monitor {
    /// The primary monitor, the first one, or the whole desktop where monitors are unknown.
    pub fn open() -> Result<Self, CaptureError> {
        let (connection, number) = x11rb::connect(None).map_err(|error| {
            tracing::debug!(%error, "no X11");
            CaptureError::NoDevice
        })?;
        let setup = connection.setup();
        let screen = setup.roots.get(number).ok_or(CaptureError::NoDevice)?;
        if !is_bgrx(setup, screen) {
            return Err(CaptureError::Format);
        }
        let root = screen.root;
        let whole = Area { x: 0, y: 0, width: screen.width_in_pixels, height: screen.height_in_pixels };
        let area = primary(&connection, root).ok().flatten().unwrap_or(whole);
        if u32::from(area.width) > MAX_SIDE * 2 || u32::from(area.height) > MAX_SIDE * 2 {
            return Err(CaptureError::Format);
        }
        let has_pointer =
            connection.xfixes_query_version(XFIXES.0, XFIXES.1).is_ok_and(|asked| asked.reply().is_ok());
        Ok(Self { connection, root, area, has_pointer })
    }

    pub fn picture(&mut self) -> Result<Picture, CaptureError> {
        let Area { x, y, width, height } = self.area;
        let captured = unix_micros();
        let image = self
            .connection
            .get_image(ImageFormat::Z_PIXMAP, self.root, x, y, width, height, u32::MAX)
            .map_err(failed)?;
        let pointer = self.has_pointer.then(|| self.connection.xfixes_get_cursor_image());
        let mut pixels = image.reply().map_err(failed)?.data;
        if let Some(Ok(pointer)) = pointer
            && let Ok(pointer) = pointer.reply()
        {
            draw_pointer(&mut pixels, self.area, &pointer);
        }
        from_bgra(width.into(), height.into(), captured, &pixels).ok_or(CaptureError::Format)
    }
}

/// 4 bytes a pixel, blue first: every desktop of today.
fn is_bgrx(setup: &Setup, screen: &Screen) -> bool {
    let depth = screen.root_depth;
    let wide = setup.pixmap_formats.iter().any(|format| format.depth == depth && format.bits_per_pixel == 32);
    let masks = screen
        .allowed_depths
        .iter()
        .flat_map(|depth| &depth.visuals)
        .find(|visual| visual.visual_id == screen.root_visual)
        .map(|visual| (visual.red_mask, visual.green_mask, visual.blue_mask));
    wide && setup.image_byte_order == ImageOrder::LSB_FIRST && masks == Some((0x00ff_0000, 0xff00, 0xff))
}

fn primary(connection: &RustConnection, root: u32) -> Result<Option<Area>, ReplyError> {
    let monitors = connection.randr_get_monitors(root, true)?.reply()?.monitors;
    let chosen = monitors.iter().find(|monitor| monitor.primary).or(monitors.first());
    Ok(chosen.map(|monitor| Area {
        x: monitor.x,
        y: monitor.y,
        width: monitor.width,
        height: monitor.height,
    }))
}

/// Lays the pointer over the picture; its colours are multiplied by their alpha already.
fn draw_pointer(pixels: &mut [u8], area: Area, pointer: &GetCursorImageReply) {
    let left = i32::from(pointer.x) - i32::from(pointer.xhot) - i32::from(area.x);
    let top = i32::from(pointer.y) - i32::from(pointer.yhot) - i32::from(area.y);
    let width = usize::from(pointer.width).max(1);
    for (row, line) in pointer.cursor_image.chunks(width).enumerate() {
        let y = top + i32::try_from(row).unwrap_or(i32::MAX);
        for (column, &argb) in line.iter().enumerate() {
            let x = left + i32::try_from(column).unwrap_or(i32::MAX);
            if !(0..i32::from(area.width)).contains(&x) || !(0..i32::from(area.height)).contains(&y) {
                continue;
            }
            let at = 4 * (y as usize * usize::from(area.width) + x as usize);
            let Some(pixel) = pixels.get_mut(at..at + 3) else { return };
            let [blue, green, red, alpha] = argb.to_le_bytes();
            for (below, over) in pixel.iter_mut().zip([blue, green, red]) {
                let through = u16::from(*below) * u16::from(255 - alpha) / 255;
                *below = u8::try_from(through + u16::from(over)).unwrap_or(u8::MAX);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pointer_is_drawn_where_it_points_and_not_outside() {
        let area = Area { x: 100, y: 50, width: 4, height: 3 };
        let mut pixels = vec![100; 4 * 4 * 3];
        let pointer = GetCursorImageReply {
            x: 100,
            y: 50,
            xhot: 1,
            yhot: 0,
            width: 2,
            height: 1,
            // The first pixel lies left of the monitor; the second is half a white one.
            cursor_image: vec![0xffff_ffff, 0x8080_8080],
            ..GetCursorImageReply::default()
        };
        draw_pointer(&mut pixels, area, &pointer);
        assert_eq!(pixels[..4], [177, 177, 177, 100]);
        assert!(pixels[4..].iter().all(|&value| value == 100));
    }
}
