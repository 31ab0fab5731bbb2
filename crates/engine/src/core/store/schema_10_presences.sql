-- Who is there: one of each person, until it expires or the socket that stands for it closes.
CREATE TABLE presence (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
  user_id TEXT NOT NULL UNIQUE REFERENCES user ON DELETE CASCADE,
  status TEXT NOT NULL, source TEXT NOT NULL, metadata TEXT NOT NULL, permissions TEXT NOT NULL,
  expires INTEGER NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL
) STRICT;
CREATE INDEX presence_expires ON presence (expires);
