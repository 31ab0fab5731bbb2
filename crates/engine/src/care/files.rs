//! What the database says of the bytes of one file.

use rusqlite::{Connection, Row};

/// A file that must have its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Names the blob, and is never given twice.
    pub number: i64,
    pub bucket: String,
    pub id: String,
    /// The bytes of a complete file never change again.
    pub complete: bool,
    /// Bytes that were acknowledged, so at least so many are on disk.
    pub least: u64,
    /// Whether exactly so many are.
    pub exact: bool,
    /// MD5 in hex of what is on disk, where that is the content itself.
    pub md5: Option<String>,
    /// Whether the bytes are in the object store and not on our disk.
    pub away: bool,
    /// Whether the bytes may lie beside the blob until they are packed.
    staged: bool,
}

impl Kept {
    /// Databases from before files were framed say nothing of it: every blob is the content itself.
    pub(super) fn select(connection: &Connection) -> rusqlite::Result<&'static str> {
        let known = "SELECT EXISTS (SELECT 1 FROM pragma_table_info('file') WHERE name = 'away')";
        Ok(if connection.query_row(known, [], |row| row.get(0))? {
            "SELECT number, bucket_id, id, size, signature, chunk_size, chunks, complete, form <> 0, stored,
               compression <> 'none', away FROM file ORDER BY number"
        } else {
            "SELECT number, bucket_id, id, size, signature, chunk_size, chunks, complete, 0, NULL, 0, 0
               FROM file ORDER BY number"
        })
    }

    pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let (size, chunk_size): (i64, i64) = (row.get(3)?, row.get(5)?);
        let chunks: Vec<i64> = serde_json::from_str(&row.get::<_, String>(6)?).unwrap_or_default();
        let (complete, framed, packed): (bool, bool, bool) = (row.get(7)?, row.get(8)?, row.get(10)?);
        let (signature, stored): (String, Option<i64>) = (row.get(4)?, row.get(9)?);
        let last = chunks.iter().max().map_or(0, |last| (last + 1).saturating_mul(chunk_size).min(size));
        let least = match (complete, framed) {
            (true, false) => size,
            (true, true) => stored.unwrap_or_default(),
            (false, _) => last,
        };
        Ok(Self {
            number: row.get(0)?,
            bucket: row.get(1)?,
            id: row.get(2)?,
            complete,
            least: u64::try_from(least).unwrap_or_default(),
            exact: complete && (!framed || stored.is_some()),
            md5: (complete && !framed).then_some(signature),
            away: row.get(11)?,
            staged: packed && !complete,
        })
    }

    /// Whether there must be bytes on our disk: something was acknowledged, and they are not in the object store.
    #[must_use]
    pub fn is_here(&self) -> bool {
        !self.away && (self.complete || self.least > 0)
    }

    /// Names that the blob may have in its folder; the first that is there counts.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let staged = self.staged.then(|| format!("{}.staged", self.number));
        staged.into_iter().chain([format!("{}.blob", self.number)]).collect()
    }

    /// What an administrator knows it by.
    #[must_use]
    pub fn label(&self) -> String {
        format!("file {} in bucket {} ({}.blob)", self.id, self.bucket, self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn framed_files_have_other_bytes_on_disk_than_were_sent() {
        let database = Connection::open_in_memory().expect("opened");
        database
            .execute_batch(
                "CREATE TABLE file (number, bucket_id, id, size, signature, chunk_size, chunks, complete, form, stored,
                   compression, away);
                 INSERT INTO file VALUES
                   (1, 'b', 'plain', 100, 'abc', 50, '[0,1]', 1, 0, NULL, 'none', 0),
                   (2, 'b', 'packed', 100, 'abc', 50, '[0,1]', 1, 2, 40, 'zstd', 1),
                   (3, 'b', 'sealed', 100, 'abc', 50, '[0,1]', 1, 1, 140, 'none', 0),
                   (4, 'b', 'comes', 100, '', 50, '[0]', 0, 1, NULL, 'zstd', 0);",
            )
            .expect("filled");
        let mut files = database.prepare(Kept::select(&database).expect("columns")).expect("prepared");
        let files: Vec<Kept> =
            files.query_map([], Kept::from_row).expect("read").map(|file| file.expect("a file")).collect();
        let seen: Vec<_> = files.iter().map(|file| (file.least, file.exact, file.md5.is_some())).collect();
        assert_eq!(seen, [(100, true, true), (40, true, false), (140, true, false), (50, false, false)]);
        assert_eq!(files.iter().map(|file| file.away).collect::<Vec<_>>(), [false, true, false, false]);
        assert_eq!(
            (files[1].names(), files[3].names()),
            (vec!["2.blob".into()], vec!["4.staged".into(), "4.blob".into()])
        );
    }
}
