-- Who shows one of these may read its file. The secret is signed anew whenever it is told, and kept nowhere.
CREATE TABLE file_token (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
  file INTEGER NOT NULL REFERENCES file ON DELETE CASCADE,
  expires INTEGER, accessed INTEGER NOT NULL, created INTEGER NOT NULL
) STRICT;
CREATE INDEX file_token_file ON file_token (file, number);
