-- A file's number names its blob and its previews, so a number is never given twice.
CREATE TABLE file_2 (
  number INTEGER PRIMARY KEY AUTOINCREMENT, bucket_id TEXT NOT NULL REFERENCES bucket ON DELETE CASCADE,
  id TEXT NOT NULL, name TEXT NOT NULL, permissions TEXT NOT NULL, mime TEXT NOT NULL, size INTEGER NOT NULL,
  signature TEXT NOT NULL, chunk_size INTEGER NOT NULL, chunks TEXT NOT NULL, complete INTEGER NOT NULL,
  uploader TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL, UNIQUE (bucket_id, id)
) STRICT;
INSERT INTO file_2 (number, bucket_id, id, name, permissions, mime, size, signature, chunk_size, chunks, complete,
    uploader, created, updated)
  SELECT number, bucket_id, id, name, permissions, mime, size, signature, chunk_size, chunks, complete,
    uploader, created, updated FROM file ORDER BY number;
DROP TABLE file;
ALTER TABLE file_2 RENAME TO file;
CREATE INDEX file_name ON file (bucket_id, name);
ALTER TABLE bucket ADD COLUMN enabled INTEGER NOT NULL DEFAULT 1;
-- A key's scopes as a JSON list; "*" opens everything.
ALTER TABLE api_key ADD COLUMN scopes TEXT NOT NULL DEFAULT '["*"]';
ALTER TABLE api_key ADD COLUMN expire INTEGER;
