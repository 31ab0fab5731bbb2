//! Where the blocks of an upload lie: it follows from their numbers, so that chunks come in any order. No I/O.

use super::header::{Frame, LENGTH};

/// One block of the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its number in the file.
    pub index: u64,
    /// First byte of the content in it.
    pub start: u64,
    /// Bytes of the content in it.
    pub length: u64,
    /// Where it begins in the blob.
    pub offset: u64,
    pub last: bool,
}

impl Frame {
    /// Blocks of a segment that is full.
    fn blocks_of_segment(&self) -> u64 {
        self.segment.div_ceil(u64::from(self.block))
    }

    /// Number and offset of the first block of the segment that begins at `start`.
    pub fn segment_at(&self, start: u64) -> (u64, u64) {
        let number = start.checked_div(self.segment).unwrap_or(0);
        let blocks = self.blocks_of_segment();
        (
            number.saturating_mul(blocks),
            LENGTH.saturating_add(
                number.saturating_mul(
                    self.segment.saturating_add(blocks.saturating_mul(self.guard.overhead())),
                ),
            ),
        )
    }

    /// The block that has the byte at `position` of a file of `size` bytes. An empty file has one empty block.
    pub fn place(&self, size: u64, position: u64) -> Place {
        let block = u64::from(self.block);
        let begin = position.checked_div(self.segment).map_or(0, |number| number * self.segment);
        let end = if self.segment == 0 { size } else { begin.saturating_add(self.segment).min(size) };
        let (first, offset) = self.segment_at(begin);
        let number = (position - begin) / block;
        let start = begin + number * block;
        let length = end.saturating_sub(start).min(block);
        Place {
            index: first.saturating_add(number),
            start,
            length,
            offset: offset.saturating_add(number.saturating_mul(block + self.guard.overhead())),
            last: start + length >= size,
        }
    }
}
