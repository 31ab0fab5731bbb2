//! Packing: the content again, in blocks that were made smaller, and an index that leads to each.

use std::{
    fs::File,
    io::{BufWriter, Write as _},
    path::Path,
};

use super::{
    BlobError,
    header::{Frame, LENGTH},
};

/// In an entry of the index: the block was made smaller. The rest is its length on disk.
const SMALL: u32 = 1 << 31;

/// Writes a packed blob.
#[derive(Debug)]
pub struct Packer {
    out: BufWriter<File>,
    frame: Frame,
    size: u64,
    block: Vec<u8>,
    taken: u64,
    stored: u64,
    index: Vec<u8>,
    count: u64,
}

impl Packer {
    /// For a content of `size` bytes.
    pub fn create(path: &Path, frame: Frame, size: u64) -> Result<Self, BlobError> {
        let mut out = BufWriter::new(File::create(path)?);
        out.write_all(&frame.bytes())?;
        Ok(Self {
            out,
            frame,
            size,
            block: Vec::new(),
            taken: 0,
            stored: LENGTH,
            index: Vec::new(),
            count: 0,
        })
    }

    pub fn push(&mut self, mut bytes: &[u8]) -> Result<(), BlobError> {
        let block = usize::try_from(self.frame.block).unwrap_or(usize::MAX);
        while !bytes.is_empty() {
            let (taken, rest) = bytes.split_at(bytes.len().min(block - self.block.len()));
            self.block.extend_from_slice(taken);
            self.taken += u64::try_from(taken.len()).unwrap_or_default();
            bytes = rest;
            if self.block.len() == block || self.taken == self.size {
                self.write()?;
            }
        }
        Ok(())
    }

    /// Bytes of the content that came, and what they take on disk until now.
    pub fn gain(&self) -> (u64, u64) {
        (self.taken, self.stored)
    }

    /// Writes the index and waits until all is on disk.
    pub fn finish(mut self) -> Result<(), BlobError> {
        if self.count == 0 {
            self.write()?;
        }
        let index = self.frame.guard.close(&self.frame.of_index(self.size), self.count, &self.index)?;
        self.out.write_all(&index)?;
        let file = self.out.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        Ok(file.sync_all()?)
    }

    fn write(&mut self) -> Result<(), BlobError> {
        let small = self.frame.compression.shrink(&self.block);
        let text = small.as_ref().unwrap_or(&self.block);
        let bound = self.frame.of_block(self.count, self.taken == self.size);
        let stored = self.frame.guard.close(&bound, self.count, text)?;
        self.out.write_all(&stored)?;
        let length = u32::try_from(stored.len()).ok().filter(|length| *length < SMALL);
        let length = length.ok_or(BlobError::Damaged("a block is too long"))?;
        let entry = if small.is_some() { length | SMALL } else { length };
        self.index.extend_from_slice(&entry.to_be_bytes());
        self.stored += u64::from(length);
        self.count += 1;
        self.block.clear();
        Ok(())
    }
}

/// Where each block of a packed blob is.
#[derive(Debug)]
pub struct Index {
    /// Where each begins and whether it was made smaller; the last entry is where they end.
    blocks: Vec<(u64, bool)>,
}

/// One block on disk.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    pub offset: u64,
    pub length: u64,
    pub is_small: bool,
}

impl Index {
    /// Bytes of the index on disk.
    pub fn length(frame: &Frame, size: u64) -> u64 {
        size.div_ceil(u64::from(frame.block)).max(1) * 4 + frame.guard.overhead()
    }

    pub fn read(bytes: &[u8]) -> Self {
        let mut blocks = vec![(LENGTH, false)];
        let mut end = LENGTH;
        for entry in bytes.as_chunks::<4>().0 {
            let entry = u32::from_be_bytes(*entry);
            if let Some((_, is_small)) = blocks.last_mut() {
                *is_small = entry & SMALL != 0;
            }
            end += u64::from(entry & !SMALL);
            blocks.push((end, false));
        }
        Self { blocks }
    }

    /// Where the last block ends.
    pub fn end(&self) -> u64 {
        self.blocks.last().map_or(LENGTH, |(end, _)| *end)
    }

    pub fn entry(&self, index: u64) -> Option<Entry> {
        let index = usize::try_from(index).ok()?;
        let (offset, is_small) = *self.blocks.get(index)?;
        let (end, _) = *self.blocks.get(index + 1)?;
        Some(Entry { offset, length: end - offset, is_small })
    }
}
