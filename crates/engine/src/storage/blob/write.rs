//! Writing one chunk of an upload to its place.

use std::{fs::File, io, os::unix::fs::FileExt as _, path::Path, sync::Arc};

use super::{BlobError, header::Frame};

/// Takes the bytes of one segment in order, and writes them block by block off the async threads.
#[derive(Debug)]
pub struct Writer {
    file: Arc<File>,
    frame: Option<Arc<Frame>>,
    block: usize,
    /// Where the next block goes in the blob, its number, and what of the content lies before it.
    offset: u64,
    index: u64,
    position: u64,
    /// Bytes of the whole content; unknown where it comes in one segment.
    total: Option<u64>,
    buffer: Vec<u8>,
}

impl Writer {
    /// For the segment of the content that begins at `start`. Without a frame the bytes go as they are.
    pub async fn open(
        path: &Path,
        frame: Option<Frame>,
        start: u64,
        total: Option<u64>,
    ) -> Result<Self, BlobError> {
        let (path, head) = (path.to_owned(), frame.as_ref().map(Frame::bytes));
        let file = blocking(move || {
            let file = File::options().create(true).write(true).truncate(false).open(path)?;
            if let Some(head) = head {
                // Every chunk writes the same header, so that any may come first.
                file.write_all_at(&head, 0)?;
            }
            Ok(file)
        })
        .await?;
        let block = frame.as_ref().map_or(super::BLOCK, |frame| frame.block);
        let (index, offset) = frame.as_ref().map_or((0, start), |frame| frame.segment_at(start));
        Ok(Self {
            file: Arc::new(file),
            frame: frame.map(Arc::new),
            block: usize::try_from(block).unwrap_or(usize::MAX),
            offset,
            index,
            position: start,
            total,
            buffer: Vec::new(),
        })
    }

    pub async fn push(&mut self, mut bytes: &[u8]) -> Result<(), BlobError> {
        while !bytes.is_empty() {
            // A full block waits for the next byte: only then it is known not to be the last.
            if self.buffer.len() == self.block {
                self.write(false).await?;
            }
            let (taken, rest) = bytes.split_at(bytes.len().min(self.block - self.buffer.len()));
            self.buffer.extend_from_slice(taken);
            bytes = rest;
        }
        Ok(())
    }

    /// Writes what is left and waits until all of it is on disk.
    pub async fn finish(mut self) -> Result<(), BlobError> {
        let end = self.position + u64::try_from(self.buffer.len()).unwrap_or_default();
        self.write(self.total.is_none_or(|total| total == end)).await?;
        let file = self.file;
        blocking(move || Ok(file.sync_all()?)).await
    }

    async fn write(&mut self, last: bool) -> Result<(), BlobError> {
        let text = std::mem::replace(&mut self.buffer, Vec::with_capacity(self.block));
        let (file, frame) = (self.file.clone(), self.frame.clone());
        let (offset, index) = (self.offset, self.index);
        self.position += u64::try_from(text.len()).unwrap_or_default();
        self.index += 1;
        let stored = blocking(move || {
            let stored = match &frame {
                Some(frame) => frame.guard.close(&frame.of_block(index, last), index, &text)?,
                None => text,
            };
            file.write_all_at(&stored, offset)?;
            Ok(stored.len())
        })
        .await?;
        self.offset += u64::try_from(stored).unwrap_or_default();
        Ok(())
    }
}

pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BlobError> + Send + 'static,
) -> Result<T, BlobError> {
    let ended = |_| BlobError::Io(io::Error::other("the work ended early"));
    tokio::task::spawn_blocking(work).await.map_err(ended)?
}
