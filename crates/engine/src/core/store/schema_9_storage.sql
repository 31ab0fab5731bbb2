-- What a bucket wishes; encryption and the scanner count where the server has a key and a scanner.
ALTER TABLE bucket ADD COLUMN compression TEXT NOT NULL DEFAULT 'none';
ALTER TABLE bucket ADD COLUMN encryption INTEGER NOT NULL DEFAULT 1;
ALTER TABLE bucket ADD COLUMN antivirus INTEGER NOT NULL DEFAULT 1;
ALTER TABLE bucket ADD COLUMN transformations INTEGER NOT NULL DEFAULT 1;
-- 0: the blob is the content; 1: segments; 2: packed (docs/blob-format.md).
ALTER TABLE file ADD COLUMN form INTEGER NOT NULL DEFAULT 0;
-- The file's key, wrapped; its first 8 bytes name the master key. NULL: it is not encrypted.
ALTER TABLE file ADD COLUMN sealed BLOB;
-- While a file is uploaded: what it shall be packed with.
ALTER TABLE file ADD COLUMN compression TEXT NOT NULL DEFAULT 'none';
-- Bytes on disk, where they are not as many as the content has.
ALTER TABLE file ADD COLUMN stored INTEGER;
-- Whether the blob is in the object store.
ALTER TABLE file ADD COLUMN away INTEGER NOT NULL DEFAULT 0;
