//! Has an AVIF file read by a process of its own: what ends that process, or holds it up, ends nothing here.

use std::{
    path::Path,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use image::DynamicImage;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::reader::{COMMAND, TOO_LARGE};

/// How long a file may take, wherever the process is held up.
const PATIENCE: Duration = Duration::from_secs(18);

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum AvifError {
    #[error("the picture has too many pixels")]
    TooLarge,
    #[error("the file is damaged")]
    Damaged,
    #[error("no process can be started: {0}")]
    Process(#[from] std::io::Error),
}

/// The picture in a file, of at most so many pixels. Who stops waiting ends the process.
///
/// `program` is started with [`COMMAND`] and the number of pixels, and must do [`answer`](crate::answer) with it.
///
/// # Errors
/// The picture is too large or damaged, as far as can be told, or there is no such program.
pub async fn read(program: &Path, file: &[u8], pixels: u32) -> Result<DynamicImage, AvifError> {
    let mut process = tokio::process::Command::new(program)
        .args([COMMAND, &pixels.to_string()])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let (input, output) = (process.stdin.take(), process.stdout.take());
    let (Some(mut input), Some(output)) = (input, output) else { return Err(AvifError::Damaged) };
    let most = 9 + 4 * u64::from(pixels);
    let talk = async {
        let send = async {
            // One that has seen enough closes its end; what it says counts.
            let _ = input.write_all(file).await;
            drop(input);
        };
        let mut answer = Vec::new();
        let mut output = output.take(most + 1);
        let ((), received) = tokio::join!(send, output.read_to_end(&mut answer));
        received?;
        drop(output);
        Ok::<_, AvifError>((answer, process.wait().await?))
    };
    let (answer, status) = tokio::time::timeout(PATIENCE, talk).await.map_err(|_| AvifError::TooLarge)??;
    check(status)?;
    picture(answer, pixels).ok_or(AvifError::Damaged)
}

fn check(status: ExitStatus) -> Result<(), AvifError> {
    if status.success() {
        return Ok(());
    }
    tracing::debug!(%status, "an AVIF file was not read");
    Err(if status.code() == Some(TOO_LARGE.into()) { AvifError::TooLarge } else { AvifError::Damaged })
}

/// Width, height, bytes of a pixel, pixels: believed only where they fit, for a file may have taken the process over.
fn picture(mut answer: Vec<u8>, pixels: u32) -> Option<DynamicImage> {
    let head: [u8; 9] = answer.get(..9)?.try_into().ok()?;
    let [w0, w1, w2, w3, h0, h1, h2, h3, channels] = head;
    let (width, height) = (u32::from_le_bytes([w0, w1, w2, w3]), u32::from_le_bytes([h0, h1, h2, h3]));
    if width == 0 || height == 0 || u64::from(width) * u64::from(height) > u64::from(pixels) {
        return None;
    }
    answer.drain(..9);
    let length = u64::from(width) * u64::from(height) * u64::from(channels);
    if u64::try_from(answer.len()).ok()? != length {
        return None;
    }
    match channels {
        3 => image::RgbImage::from_raw(width, height, answer).map(Into::into),
        4 => image::RgbaImage::from_raw(width, height, answer).map(Into::into),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(width: u32, height: u32, channels: u8, bytes: usize) -> Vec<u8> {
        let mut answer = [width.to_le_bytes(), height.to_le_bytes()].concat();
        answer.push(channels);
        answer.resize(answer.len() + bytes, 7);
        answer
    }

    #[test]
    fn an_answer_is_believed_where_it_fits() {
        let one = picture(answer(3, 2, 4, 24), 6).expect("a picture");
        assert_eq!((one.width(), one.height(), one.into_rgba8().get_pixel(2, 1).0), (3, 2, [7; 4]));
        for (width, height, channels, bytes) in [
            (3, 2, 4, 23),
            (3, 2, 4, 25),
            (3, 2, 2, 12),
            (4, 2, 3, 24),
            (0, 2, 3, 0),
            (u32::MAX, u32::MAX, 3, 0),
        ] {
            assert!(
                picture(answer(width, height, channels, bytes), 6).is_none(),
                "{width} {height} {channels}"
            );
        }
        assert!(picture(vec![1; 8], 6).is_none());
    }
}
