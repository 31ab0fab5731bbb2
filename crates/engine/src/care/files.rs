//! What the database says of the bytes of one file.

use rusqlite::Row;

/// A file that must have its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Names the blob, and is never given twice.
    pub number: i64,
    pub bucket: String,
    pub id: String,
    /// The bytes of a complete file never change again.
    pub complete: bool,
    /// Bytes that were acknowledged, so at least so many are there.
    pub least: u64,
    /// MD5 in hex of exactly `least` bytes, where the blob holds them as they were sent.
    pub md5: Option<String>,
}

impl Kept {
    pub(super) const SELECT: &'static str = "SELECT number, bucket_id, id, size, signature, chunk_size, chunks, complete FROM file ORDER BY number";

    pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let (size, chunk_size): (i64, i64) = (row.get(3)?, row.get(5)?);
        let chunks: Vec<i64> = serde_json::from_str(&row.get::<_, String>(6)?).unwrap_or_default();
        let complete: bool = row.get(7)?;
        let signature: String = row.get(4)?;
        let last = chunks.iter().max().map_or(0, |last| (last + 1).saturating_mul(chunk_size).min(size));
        Ok(Self {
            number: row.get(0)?,
            bucket: row.get(1)?,
            id: row.get(2)?,
            complete,
            least: u64::try_from(if complete { size } else { last }).unwrap_or_default(),
            md5: complete.then_some(signature),
        })
    }

    /// The name of the blob in its folder.
    #[must_use]
    pub fn blob(&self) -> String {
        format!("{}.blob", self.number)
    }
}
