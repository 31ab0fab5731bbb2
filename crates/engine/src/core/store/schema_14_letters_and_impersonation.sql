-- A message to one person that is not out yet: waiting, or given (to whoever carries it, and not answered yet). What it
-- says and to whom is sealed.
CREATE TABLE letter (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, channel TEXT NOT NULL, content BLOB NOT NULL,
  state TEXT NOT NULL, written INTEGER NOT NULL, due INTEGER NOT NULL,
  -- When it is of no use any more.
  until INTEGER NOT NULL
) STRICT;
-- Whether somebody may act as others.
ALTER TABLE user ADD COLUMN impersonator INTEGER NOT NULL DEFAULT 0;
-- The user as whom the actor did it; empty where as themselves.
ALTER TABLE activity ADD COLUMN acted_as TEXT NOT NULL DEFAULT '';
-- The country that somebody did it from, two letters; empty where it was not known.
ALTER TABLE session ADD COLUMN country TEXT NOT NULL DEFAULT '';
ALTER TABLE log ADD COLUMN country TEXT NOT NULL DEFAULT '';
ALTER TABLE activity ADD COLUMN country TEXT NOT NULL DEFAULT '';
