//! The binary frames of the socket: a 32-byte little-endian header, then the three I420 planes. The other end is
//! `ui/src/shared/frames/header.ts`.
//!
//! | bytes | what |
//! |---|---|
//! | 0..4 | "TSF1" |
//! | 4..8 | tile |
//! | 8..16 | number of the frame in its tile, growing |
//! | 16..24 | capture time, Unix microseconds |
//! | 24..26, 26..28 | width, height |
//! | 28..32 | zero |

use crate::picture::Picture;

const HEADER_BYTES: usize = 32;
const MAGIC: &[u8; 4] = b"TSF1";

/// One message of the socket.
#[must_use]
pub fn encode(tile: u32, seq: u64, picture: &Picture) -> Vec<u8> {
    let mut message = Vec::with_capacity(HEADER_BYTES + picture.planes().len());
    message.extend_from_slice(MAGIC);
    message.extend_from_slice(&tile.to_le_bytes());
    message.extend_from_slice(&seq.to_le_bytes());
    message.extend_from_slice(&picture.captured().to_le_bytes());
    for side in [picture.width(), picture.height()] {
        // A picture's sides are at most `MAX_SIDE`.
        message.extend_from_slice(&u16::try_from(side).unwrap_or(u16::MAX).to_le_bytes());
    }
    message.extend_from_slice(&[0; 4]);
    message.extend_from_slice(picture.planes());
    message
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number<const N: usize>(message: &[u8], at: usize) -> [u8; N] {
        message[at..at + N].try_into().expect("inside the header")
    }

    proptest! {
        #[test]
        fn the_window_reads_what_was_written(
            tile: u32, seq in 0..1u64 << 53, captured: i64, width in 1..80u32, height in 1..80u32, y: u8, u: u8, v: u8,
        ) {
            let picture = Picture::filled(width, height, captured, [y, u, v]);
            let message = encode(tile, seq, &picture);
            prop_assert_eq!(u32::from_le_bytes(number(&message, 0)), 0x3146_5354);
            prop_assert_eq!(u32::from_le_bytes(number(&message, 4)), tile);
            prop_assert_eq!(u64::from_le_bytes(number(&message, 8)), seq);
            prop_assert_eq!(i64::from_le_bytes(number(&message, 16)), captured);
            prop_assert_eq!(u32::from(u16::from_le_bytes(number(&message, 24))), width);
            prop_assert_eq!(u32::from(u16::from_le_bytes(number(&message, 26))), height);
            let chroma = (width.div_ceil(2) * height.div_ceil(2)) as usize;
            let luma = (width * height) as usize;
            prop_assert_eq!(message.len(), HEADER_BYTES + luma + 2 * chroma);
            let planes = &message[HEADER_BYTES..];
            prop_assert!(planes[..luma].iter().all(|&at| at == y));
            prop_assert!(planes[luma..luma + chroma].iter().all(|&at| at == u));
            prop_assert!(planes[luma + chroma..].iter().all(|&at| at == v));
        }
    }
}
