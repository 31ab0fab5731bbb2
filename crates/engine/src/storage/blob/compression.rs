//! Blocks made smaller and whole again. No I/O.

use std::io::{Read as _, Write as _};

/// zstd's own choice; gzip's is lower than its own, whose gain is small and slow.
const ZSTD: i32 = 3;
const GZIP: u32 = 4;

/// A bucket's `compression`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    None,
    Gzip,
    Zstd,
}

impl Compression {
    pub fn of_name(name: &str) -> Option<Self> {
        [Self::None, Self::Gzip, Self::Zstd].into_iter().find(|known| known.name() == name)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    pub fn of_number(number: u8) -> Option<Self> {
        [Self::None, Self::Gzip, Self::Zstd].into_iter().find(|known| known.number() == number)
    }

    pub fn number(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Gzip => 1,
            Self::Zstd => 2,
        }
    }

    /// Nothing where it does not get smaller.
    pub fn shrink(self, text: &[u8]) -> Option<Vec<u8>> {
        let small = match self {
            Self::None => return None,
            Self::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(GZIP));
                encoder.write_all(text).and_then(|()| encoder.finish()).ok()?
            }
            Self::Zstd => zstd::bulk::compress(text, ZSTD).ok()?,
        };
        (small.len() < text.len()).then_some(small)
    }

    /// Exactly `length` bytes, or nothing: what unpacks to more is never unpacked further.
    pub fn grow(self, small: &[u8], length: usize) -> Option<Vec<u8>> {
        let text = match self {
            Self::None => return None,
            Self::Gzip => {
                let mut text = Vec::with_capacity(length);
                let limit = u64::try_from(length).ok()?.checked_add(1)?;
                flate2::read::GzDecoder::new(small).take(limit).read_to_end(&mut text).ok()?;
                text
            }
            Self::Zstd => zstd::bulk::decompress(small, length).ok()?,
        };
        (text.len() == length).then_some(text)
    }
}

/// Whether content of this kind is compressed already.
pub fn is_compressed(mime: &str) -> bool {
    let kind = ["image/", "audio/", "video/"].iter().any(|kind| mime.starts_with(kind));
    (kind && !matches!(mime, "image/svg+xml" | "audio/wav"))
        || matches!(mime, "application/zip" | "application/gzip")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bombs_and_nonsense_unpack_to_nothing() {
        let bomb = vec![0; 10_000_000];
        for kind in [Compression::Gzip, Compression::Zstd] {
            let small = kind.shrink(&bomb).expect("smaller");
            assert_eq!(kind.grow(&small, 1_000), None);
            assert_eq!(kind.grow(&small, bomb.len() + 1), None);
            assert_eq!(kind.grow(&small[..small.len() / 2], bomb.len()), None);
            assert_eq!(kind.grow(b"nonsense", 8), None);
            assert_eq!(kind.shrink(b"x"), None, "gets larger");
        }
    }

    proptest! {
        #[test]
        fn what_was_made_smaller_comes_back(piece in proptest::collection::vec(any::<u8>(), 1..40), times in 1usize..40) {
            let text = piece.repeat(times);
            for kind in [Compression::Gzip, Compression::Zstd] {
                if let Some(small) = kind.shrink(&text) {
                    prop_assert_eq!(kind.grow(&small, text.len()), Some(text.clone()));
                }
            }
        }
    }
}
