-- A database as the first released program left it: its schema 1 with what it wrote, tables of rows included.
BEGIN;
CREATE TABLE api_key (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, hash BLOB NOT NULL UNIQUE, created INTEGER NOT NULL
) STRICT;
CREATE TABLE user (
  id TEXT PRIMARY KEY, email TEXT COLLATE NOCASE UNIQUE, name TEXT NOT NULL, password TEXT, status INTEGER NOT NULL,
  labels TEXT NOT NULL, prefs TEXT NOT NULL, email_verified INTEGER NOT NULL, password_updated INTEGER NOT NULL,
  created INTEGER NOT NULL, updated INTEGER NOT NULL, accessed INTEGER NOT NULL
) STRICT;
CREATE TABLE session (
  id TEXT PRIMARY KEY, user_id TEXT NOT NULL REFERENCES user ON DELETE CASCADE, hash BLOB NOT NULL,
  provider TEXT NOT NULL, ip TEXT NOT NULL, agent TEXT NOT NULL, created INTEGER NOT NULL, expire INTEGER NOT NULL
) STRICT;
CREATE INDEX session_user ON session (user_id, created);
CREATE TABLE team (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, prefs TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL
) STRICT;
CREATE TABLE membership (
  id TEXT PRIMARY KEY, team_id TEXT NOT NULL REFERENCES team ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES user ON DELETE CASCADE, roles TEXT NOT NULL,
  created INTEGER NOT NULL, updated INTEGER NOT NULL, UNIQUE (team_id, user_id)
) STRICT;
CREATE INDEX membership_user ON membership (user_id);
CREATE TABLE database (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL
) STRICT;
CREATE TABLE data_table (
  number INTEGER PRIMARY KEY, database_id TEXT NOT NULL REFERENCES database ON DELETE CASCADE, id TEXT NOT NULL,
  name TEXT NOT NULL, permissions TEXT NOT NULL, row_security INTEGER NOT NULL, columns TEXT NOT NULL,
  created INTEGER NOT NULL, updated INTEGER NOT NULL, UNIQUE (database_id, id)
) STRICT;
CREATE TABLE bucket (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, permissions TEXT NOT NULL, file_security INTEGER NOT NULL,
  max_size INTEGER NOT NULL, extensions TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL
) STRICT;
CREATE TABLE file (
  number INTEGER PRIMARY KEY, bucket_id TEXT NOT NULL REFERENCES bucket ON DELETE CASCADE, id TEXT NOT NULL,
  name TEXT NOT NULL, permissions TEXT NOT NULL, mime TEXT NOT NULL, size INTEGER NOT NULL, signature TEXT NOT NULL,
  chunk_size INTEGER NOT NULL, chunks TEXT NOT NULL, complete INTEGER NOT NULL, uploader TEXT NOT NULL,
  created INTEGER NOT NULL, updated INTEGER NOT NULL, UNIQUE (bucket_id, id)
) STRICT;

-- The secret is "standard_first".
INSERT INTO api_key VALUES ('key', 'administrator',
  x'93f81864f0eda9d2a4c10bb72a36eaa05d302498d8e79eb4db3a9a125a5564bc', 1699000000000);
-- Ada's password is "correct horse battery"; Ben is blocked.
INSERT INTO user VALUES ('ada', 'Ada@example.org', 'Ada', '$argon2id$v=19$m=65536,t=4,p=3$cmVsZWFzZWQtZmlyc3QtMQ$EDwWesuqLGd/Zy+86aD1CYNbxaVpvb33YMFswMzTnlE', 1, '["staff"]', '{"colour":"green"}', 1,
    1699000000000, 1699000000000, 1699000000001, 1699000000002),
  ('ben', 'ben@example.org', 'Ben', NULL, 0, '[]', '{}', 0, 1699000000000, 1699000000000, 1699000000000, 1699000000000);
-- The secret is "of-the-first-release".
INSERT INTO session VALUES ('session', 'ada', x'541a3540a488bcd7039edb2fcb6017e057223ec143cd1f2483637f6923ead3e1',
  'email', '192.0.2.7', 'a browser', 1699000000000, 1730536000000);
INSERT INTO team VALUES ('clinic', 'Clinic', '{"floor":2}', 1699000000000, 1699000000000);
INSERT INTO membership VALUES ('m1', 'clinic', 'ada', '["owner","nurse"]', 1699000000000, 1699000000000);
INSERT INTO database VALUES ('main', 'Main', 1699000000000, 1699000000000);
INSERT INTO data_table VALUES (1, 'main', 'notes', 'Notes', '["create(\"users\")","read(\"team:clinic/nurse\")"]', 1,
  '[{"key":"title","kind":"varchar","size":100,"required":true,"default":null,"created":1699000000000},
    {"key":"body","kind":"text","size":16384,"required":false,"default":null,"created":1699000000000},
    {"key":"old","kind":"string","size":50,"required":false,"default":"as before","created":1699000000000},
    {"key":"rank","kind":"integer","size":null,"required":false,"default":7,"created":1699000000000},
    {"key":"weight","kind":"float","size":null,"required":false,"default":null,"created":1699000000000},
    {"key":"done","kind":"boolean","size":null,"required":false,"default":false,"created":1699000000000},
    {"key":"mail","kind":"email","size":320,"required":false,"default":null,"created":1699000000000},
    {"key":"link","kind":"url","size":2000,"required":false,"default":null,"created":1699000000000},
    {"key":"due","kind":"datetime","size":null,"required":false,"default":null,"created":1699000000000}]',
  1699000000000, 1699000000000);
CREATE TABLE "rows_1" ("$sequence" INTEGER PRIMARY KEY AUTOINCREMENT, "$id" TEXT NOT NULL UNIQUE,
  "$created" INTEGER NOT NULL, "$updated" INTEGER NOT NULL, "$permissions" TEXT NOT NULL) STRICT;
ALTER TABLE "rows_1" ADD COLUMN "title" TEXT;
ALTER TABLE "rows_1" ADD COLUMN "body" TEXT;
ALTER TABLE "rows_1" ADD COLUMN "old" TEXT;
ALTER TABLE "rows_1" ADD COLUMN "rank" INTEGER;
ALTER TABLE "rows_1" ADD COLUMN "weight" REAL;
ALTER TABLE "rows_1" ADD COLUMN "done" INTEGER;
ALTER TABLE "rows_1" ADD COLUMN "mail" TEXT;
ALTER TABLE "rows_1" ADD COLUMN "link" TEXT;
ALTER TABLE "rows_1" ADD COLUMN "due" TEXT;
INSERT INTO "rows_1" VALUES (1, 'whole', 1699000000000, 1699000000005, '["read(\"user:ada\")","update(\"user:ada\")"]',
    'Über alles', 'a body', 'old', -3, 2.5, 1, 'ada@example.org', 'https://example.org/', '2023-11-03T08:26:40.000+00:00'),
  (4, 'bare', 1699000000000, 1699000000000, '[]', 'bare', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO bucket VALUES ('files', 'Files', '["create(\"users\")","read(\"users\")"]', 1, 30000000, '["txt","bin"]',
  1699000000000, 1699000000000);
INSERT INTO file VALUES (3, 'files', 'note', 'plans/note.txt', '["read(\"user:ada\")","delete(\"user:ada\")"]', 'text/plain',
    29, '48dd5facc1cc09d27d0737bbcac01560', 29, '[0]', 1, 'ada', 1699000000000, 1699000000000),
  (9, 'files', 'half', 'half.bin', '["read(\"user:ada\")"]', '', 400000, '', 262144, '[0]', 0, 'ada',
    1699999000000, 1699999000000);
PRAGMA user_version = 1;
COMMIT;
