//! Reading a blob: any part of the content, from the blocks that it is in and no others.

use std::{path::Path, sync::Arc};

use axum::body::Bytes;
use futures_util::{Stream, stream};

use super::{
    BLOCK, BlobError, FileKey, Form,
    header::{Frame, LENGTH},
    pack::Index,
    segments::Place,
    source::Source,
    write::blocking,
};

/// A blob that is open. Its content is never wrong: what cannot be checked or opened is an error.
#[derive(Debug)]
pub struct Blob {
    source: Source,
    size: u64,
    layout: Layout,
}

#[derive(Debug)]
enum Layout {
    Plain,
    Segments(Frame),
    Packed(Frame, Index),
}

impl Blob {
    /// Opens the blob of a file of `size` bytes.
    pub fn open(path: &Path, form: Form, size: u64, key: Option<FileKey>) -> Result<Self, BlobError> {
        Self::read(Source::file(path)?, form, size, key)
    }

    /// As [`Blob::open`], wherever it is.
    pub fn read(source: Source, form: Form, size: u64, key: Option<FileKey>) -> Result<Self, BlobError> {
        if form == Form::Plain {
            return Ok(Self { source, size, layout: Layout::Plain });
        }
        let head = source.read(0, LENGTH)?.try_into();
        let frame = Frame::read(head.map_err(|_| BlobError::Damaged("it is too short"))?, key)?;
        if frame.form != form {
            return Err(BlobError::Damaged("it is laid out in another way"));
        }
        let layout = match form {
            Form::Packed => {
                let (length, whole) = (Index::length(&frame, size), source.length()?);
                let at = whole.checked_sub(length).filter(|at| *at >= LENGTH);
                let at = at.ok_or(BlobError::Damaged("it is too short"))?;
                let stored = source.read(at, length)?;
                let index = Index::read(&frame.guard.open(&frame.of_index(size), stored)?);
                if index.end() != at {
                    return Err(BlobError::Damaged("its index does not fit"));
                }
                Layout::Packed(frame, index)
            }
            Form::Segments | Form::Plain => Layout::Segments(frame),
        };
        Ok(Self { source, size, layout })
    }

    /// The frame of an upload.
    pub fn frame(&self) -> Option<&Frame> {
        match &self.layout {
            Layout::Segments(frame) => Some(frame),
            Layout::Plain | Layout::Packed(..) => None,
        }
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    /// Bytes on disk.
    pub fn stored(&self) -> Result<u64, BlobError> {
        Ok(self.source.length()?)
    }

    /// The block that has the byte at `position`, and where in the content it begins.
    pub fn block(&self, position: u64) -> Result<(u64, Bytes), BlobError> {
        let (place, text) = match &self.layout {
            Layout::Plain => {
                let length = u64::from(BLOCK).min(self.size.saturating_sub(position));
                return Ok((position, Bytes::from(self.source.read(position, length)?)));
            }
            Layout::Segments(frame) => {
                let place = frame.place(self.size, position);
                let stored = self.source.read(place.offset, place.length + frame.guard.overhead())?;
                (place, frame.guard.open(&frame.of_block(place.index, place.last), stored)?)
            }
            Layout::Packed(frame, index) => {
                let place = frame.place(self.size, position);
                let entry = index.entry(place.index).ok_or(BlobError::Damaged("its index is too short"))?;
                let stored = self.source.read(entry.offset, entry.length)?;
                let text = frame.guard.open(&frame.of_block(place.index, place.last), stored)?;
                if entry.is_small {
                    let length = usize::try_from(place.length).unwrap_or_default();
                    let whole = frame.compression.grow(&text, length);
                    (place, whole.ok_or(BlobError::Damaged("a block does not unpack"))?.into())
                } else {
                    (place, text)
                }
            }
        };
        let Place { start, length, .. } = place;
        if u64::try_from(text.len()).unwrap_or_default() != length {
            return Err(BlobError::Damaged("a block has another length"));
        }
        Ok((start, text))
    }

    /// Every block in order.
    pub fn each(&self, mut take: impl FnMut(&[u8]) -> Result<(), BlobError>) -> Result<(), BlobError> {
        let mut position = 0;
        loop {
            let (_, text) = self.block(position)?;
            take(&text)?;
            position += u64::try_from(text.len()).unwrap_or_default();
            if position >= self.size {
                return Ok(());
            }
        }
    }

    /// `length` bytes from `first` on. The first piece is there when this answers, so that damage in it can still be
    /// told; damage after it ends the stream with an error.
    pub async fn stream(
        self: Arc<Self>,
        first: u64,
        length: u64,
    ) -> Result<impl Stream<Item = Result<Bytes, BlobError>> + Send + 'static, BlobError> {
        let end = first.saturating_add(length).min(self.size);
        let head = self.clone().piece(first, end).await?;
        let next = first + u64::try_from(head.len()).unwrap_or_default();
        Ok(stream::try_unfold((self, Some(head), next), move |(blob, head, next)| async move {
            let piece = match head {
                Some(head) => return Ok((!head.is_empty()).then_some((head, (blob, None, next)))),
                None if next >= end => return Ok(None),
                None => blob.clone().piece(next, end).await?,
            };
            let after = next + u64::try_from(piece.len()).unwrap_or_default();
            Ok(Some((piece, (blob, None, after))))
        }))
    }

    /// What the block at `position` has of the content up to `end`.
    async fn piece(self: Arc<Self>, position: u64, end: u64) -> Result<Bytes, BlobError> {
        let (start, text) = blocking(move || self.block(position)).await?;
        let inside =
            |at: u64| usize::try_from(at.saturating_sub(start)).unwrap_or(usize::MAX).min(text.len());
        Ok(text.slice(inside(position)..inside(end)))
    }
}
