//! A few real files for the Files bucket, made here so that nobody's rights are touched.

use std::io::Cursor;

use anyhow::Result;

/// A file as it is uploaded. `name` may carry a folder path.
#[derive(Debug)]
pub struct DemoFile {
    pub id: &'static str,
    pub name: &'static str,
    pub mime: &'static str,
    pub bytes: Vec<u8>,
}

/// Pictures, notes, a table and a sound.
pub fn demo_files() -> Result<Vec<DemoFile>> {
    Ok(vec![
        DemoFile {
            id: "demo-notes",
            name: "Release 2.4/Release notes.md",
            mime: "text/markdown",
            bytes: RELEASE_NOTES.as_bytes().to_vec(),
        },
        DemoFile {
            id: "demo-load",
            name: "Release 2.4/Load test.csv",
            mime: "text/csv",
            bytes: load_test().into_bytes(),
        },
        DemoFile {
            id: "demo-rota",
            name: "Clinic/Rota November.csv",
            mime: "text/csv",
            bytes: ROTA.as_bytes().to_vec(),
        },
        DemoFile {
            id: "demo-welcome",
            name: "Welcome.md",
            mime: "text/markdown",
            bytes: WELCOME.as_bytes().to_vec(),
        },
        DemoFile {
            id: "demo-dawn",
            name: "Pictures/Dawn.png",
            mime: "image/png",
            bytes: gradient([255, 176, 120], [64, 72, 150])?,
        },
        DemoFile {
            id: "demo-shore",
            name: "Pictures/Shore.png",
            mime: "image/png",
            bytes: gradient([120, 205, 215], [235, 215, 165])?,
        },
        DemoFile { id: "demo-chime", name: "Chime.wav", mime: "audio/wav", bytes: chime() },
    ])
}

const WELCOME: &str = "# Welcome to Northlight\n\n\
    This is a demo organisation. Everything in it runs on this machine.\n\n\
    - **Chat** is end-to-end encrypted.\n- **Calls** start from a chat or a person.\n- **Files** are shared with everybody here.\n";

const RELEASE_NOTES: &str = "# Release 2.4\n\n## New\n- Files open from the chat they were shared in.\n\
    - Calls survive a change of network.\n\n## Mended\n- The tray badge no longer counts muted rooms.\n";

const ROTA: &str = "day,morning,afternoon\nMonday,Chloé Martin,Emeka Eze\nTuesday,Emeka Eze,Chloé Martin\n\
    Wednesday,Chloé Martin,Chloé Martin\nThursday,Emeka Eze,Emeka Eze\nFriday,Chloé Martin,Emeka Eze\n";

fn load_test() -> String {
    let mut table = String::from("people,join_ms_p50,join_ms_p95\n");
    for people in (10..=150).step_by(10) {
        table.push_str(&format!("{people},{},{}\n", 90 + people / 3, 180 + people));
    }
    table
}

/// 960x600 with a soft diagonal and a sun: enough to make thumbnails worth looking at.
fn gradient(from: [u8; 3], to: [u8; 3]) -> Result<Vec<u8>> {
    let (width, height) = (960_u32, 600_u32);
    let picture = image::RgbImage::from_fn(width, height, |x, y| {
        let share = f64::from(x + 2 * y) / f64::from(width + 2 * height);
        let (dx, dy) = (f64::from(x) - 660.0, f64::from(y) - 200.0);
        let glow = (1.0 - (dx.hypot(dy) / 220.0)).clamp(0.0, 1.0);
        image::Rgb(std::array::from_fn(|i| {
            let base = f64::from(from[i]) * (1.0 - share) + f64::from(to[i]) * share;
            (base + (255.0 - base) * glow) as u8
        }))
    });
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png)?;
    Ok(bytes.into_inner())
}

/// Two seconds of a falling 880 Hz tone: 16-bit mono WAV at 24 kHz.
fn chime() -> Vec<u8> {
    let rate = 24_000_u32;
    let samples: Vec<i16> = (0..rate * 2)
        .map(|n| {
            let t = f64::from(n) / f64::from(rate);
            let loudness = (-2.5 * t).exp() * 0.5;
            ((t * 880.0 * std::f64::consts::TAU).sin() * loudness * f64::from(i16::MAX)) as i16
        })
        .collect();
    let size = u32::try_from(samples.len() * 2).unwrap_or(0);
    let mut wav = Vec::with_capacity(44 + samples.len() * 2);
    wav.extend_from_slice(b"RIFF");
    wav.extend_from_slice(&(36 + size).to_le_bytes());
    wav.extend_from_slice(b"WAVEfmt ");
    wav.extend_from_slice(&16_u32.to_le_bytes());
    wav.extend_from_slice(&1_u16.to_le_bytes());
    wav.extend_from_slice(&1_u16.to_le_bytes());
    wav.extend_from_slice(&rate.to_le_bytes());
    wav.extend_from_slice(&(rate * 2).to_le_bytes());
    wav.extend_from_slice(&2_u16.to_le_bytes());
    wav.extend_from_slice(&16_u16.to_le_bytes());
    wav.extend_from_slice(b"data");
    wav.extend_from_slice(&size.to_le_bytes());
    for sample in samples {
        wav.extend_from_slice(&sample.to_le_bytes());
    }
    wav
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pictures_are_pictures_and_the_sound_has_its_length() {
        let files = demo_files().expect("they are made");
        for file in files.iter().filter(|file| file.mime == "image/png") {
            let picture = image::load_from_memory(&file.bytes).expect("it decodes");
            assert_eq!((picture.width(), picture.height()), (960, 600));
        }
        let sound = files.iter().find(|file| file.name == "Chime.wav").expect("there");
        assert_eq!(sound.bytes.len(), 44 + 24_000 * 2 * 2);
    }
}
