-- What lifts limits and lets pages of foreign origins call, for somebody who develops. By itself it opens nothing.
CREATE TABLE dev_key (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, hash BLOB NOT NULL UNIQUE,
  expire INTEGER NOT NULL, accessed INTEGER, sdks TEXT NOT NULL DEFAULT '[]',
  created INTEGER NOT NULL, updated INTEGER NOT NULL
) STRICT;
-- What was asked of the server in an hour, by when that began: requests, bytes of their bodies and of the answers, calls
-- that read rows and that write some, pictures made from files.
CREATE TABLE traffic (
  hour INTEGER PRIMARY KEY, requests INTEGER NOT NULL, network INTEGER NOT NULL, row_reads INTEGER NOT NULL,
  row_writes INTEGER NOT NULL, pictures INTEGER NOT NULL
) STRICT;
