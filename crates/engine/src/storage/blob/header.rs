//! The first bytes of a frame, and what each block is bound to. No I/O.

use super::{BlobError, Compression, FileKey, Form, cipher::Guard};

pub const LENGTH: u64 = 32;
const MAGIC: &[u8; 8] = b"TELEBLOB";
const VERSION: u8 = 1;
/// A block is read into memory: no header makes it larger than this.
const LARGEST_BLOCK: u32 = 16 * 1024 * 1024;
/// Kinds of blocks: none can stand for another.
const CONTENT: u8 = 1;
const INDEX: u8 = 2;

/// How one blob is framed.
#[derive(Debug, Clone)]
pub struct Frame {
    pub form: Form,
    pub compression: Compression,
    /// Bytes of the content in a block.
    pub block: u32,
    /// Bytes of the content in a segment, which is one chunk of the upload; 0: all are in one.
    pub segment: u64,
    pub guard: Guard,
}

impl Frame {
    /// For an upload whose chunks have `segment` bytes.
    pub fn segments(block: u32, segment: u64, key: Option<FileKey>) -> Self {
        let (form, compression) = (Form::Segments, Compression::None);
        Self { form, compression, block, segment, guard: Guard::of(key) }
    }

    /// For the same content made smaller.
    pub fn packed(&self, compression: Compression) -> Self {
        Self { form: Form::Packed, compression, segment: 0, ..self.clone() }
    }

    pub fn bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(MAGIC);
        bytes[8] = VERSION;
        bytes[9] = u8::from(self.form == Form::Packed) + 1;
        bytes[11] = self.compression.number();
        bytes[12..16].copy_from_slice(&self.block.to_be_bytes());
        bytes[16..24].copy_from_slice(&self.segment.to_be_bytes());
        if let Guard::Sealed(key) = &self.guard {
            bytes[10] = 1;
            bytes[24..].copy_from_slice(&key.id());
        }
        bytes
    }

    /// The frame of a blob whose header this is. A file with a key is never read as one without.
    pub fn read(bytes: [u8; 32], key: Option<FileKey>) -> Result<Self, BlobError> {
        let [magic, more, segment, id] = [0, 8, 16, 24].map(|at| {
            let mut eight = [0; 8];
            eight.copy_from_slice(&bytes[at..at + 8]);
            eight
        });
        let [version, layout, guarded, compression, block @ ..] = more;
        if magic != *MAGIC {
            return Err(BlobError::Damaged("it does not begin as a blob"));
        }
        if version != VERSION {
            return Err(BlobError::Damaged("it was written by another version"));
        }
        let form = match layout {
            1 => Form::Segments,
            2 => Form::Packed,
            _ => return Err(BlobError::Damaged("its header is unknown")),
        };
        let fits = match &key {
            Some(key) => guarded == 1 && id == key.id(),
            None => guarded == 0 && id == [0; 8],
        };
        if !fits {
            return Err(BlobError::Damaged("it belongs to another key"));
        }
        let compression = Compression::of_number(compression)
            .filter(|_| (1..=LARGEST_BLOCK).contains(&u32::from_be_bytes(block)))
            .ok_or(BlobError::Damaged("its header is unknown"))?;
        Ok(Self {
            form,
            compression,
            block: u32::from_be_bytes(block),
            segment: u64::from_be_bytes(segment),
            guard: Guard::of(key),
        })
    }

    /// What a block of content is bound to: the blob's key and header, its place, and whether it is the last.
    pub fn of_block(&self, index: u64, last: bool) -> [u8; 42] {
        self.bound(CONTENT, index, last)
    }

    /// What an index is bound to: how many bytes it leads to.
    pub fn of_index(&self, size: u64) -> [u8; 42] {
        self.bound(INDEX, size, true)
    }

    fn bound(&self, kind: u8, index: u64, last: bool) -> [u8; 42] {
        let mut bound = [0; 42];
        bound[..32].copy_from_slice(&self.bytes());
        bound[32] = kind;
        bound[33..41].copy_from_slice(&index.to_be_bytes());
        bound[41] = u8::from(last);
        bound
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_header_tells_its_frame_and_belongs_to_one_key() {
        let key = FileKey::new([7; 32]);
        for key in [Some(key.clone()), None] {
            let frame = Frame::segments(128, 1_000, key.clone());
            for frame in [frame.packed(Compression::Zstd), frame] {
                let read = Frame::read(frame.bytes(), key.clone()).expect("read");
                assert_eq!(read.bytes(), frame.bytes());
                assert_eq!((read.form, read.block, read.segment), (frame.form, 128, frame.segment));
                assert!(Frame::read(frame.bytes(), Some(FileKey::new([8; 32]))).is_err());
            }
        }
        assert!(Frame::read(Frame::segments(128, 0, Some(key)).bytes(), None).is_err());
    }

    proptest! {
        #[test]
        fn no_header_is_too_strange(bytes in any::<[u8; 32]>(), change in proptest::option::of((0usize..32, any::<u8>()))) {
            let _ = Frame::read(bytes, None);
            let mut known = Frame::segments(128, 1_000, None).bytes();
            if let Some((at, value)) = change {
                known[at] = value;
            }
            if let Ok(frame) = Frame::read(known, None) {
                prop_assert_eq!(frame.bytes(), known);
            }
        }
    }
}
