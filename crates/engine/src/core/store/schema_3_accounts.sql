ALTER TABLE user ADD COLUMN phone TEXT;
ALTER TABLE user ADD COLUMN phone_verified INTEGER NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX user_phone ON user (phone);
-- Hashes of the passwords before this one as a JSON list, the latest first.
ALTER TABLE user ADD COLUMN former_passwords TEXT NOT NULL DEFAULT '[]';
ALTER TABLE user ADD COLUMN mfa INTEGER NOT NULL DEFAULT 0;
-- Sealed JSON list; each works once.
ALTER TABLE user ADD COLUMN recovery_codes BLOB;
-- Of TOTP: the sealed secret, whether somebody showed that they have it, and the last step that was used.
CREATE TABLE authenticator (
  user_id TEXT PRIMARY KEY REFERENCES user ON DELETE CASCADE, secret BLOB NOT NULL, verified INTEGER NOT NULL,
  step INTEGER NOT NULL, created INTEGER NOT NULL
) STRICT;
ALTER TABLE session ADD COLUMN factors TEXT NOT NULL DEFAULT '["password"]';
ALTER TABLE session ADD COLUMN updated INTEGER NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN mfa_updated INTEGER NOT NULL DEFAULT 0;
UPDATE session SET updated = created;
-- A secret that was sent to somebody. Without a user: an unknown address was asked for, and it opens nothing.
CREATE TABLE token (
  id TEXT PRIMARY KEY, user_id TEXT REFERENCES user ON DELETE CASCADE,
  -- The user's id as the asker was told it.
  told TEXT NOT NULL,
  purpose TEXT NOT NULL, hash BLOB NOT NULL, tries INTEGER NOT NULL, created INTEGER NOT NULL, expire INTEGER NOT NULL
) STRICT;
CREATE INDEX token_user ON token (user_id);
CREATE INDEX token_told ON token (told);
CREATE INDEX token_expire ON token (expire);
-- The second factor that one session is asked for.
CREATE TABLE challenge (
  id TEXT PRIMARY KEY, session_id TEXT NOT NULL REFERENCES session ON DELETE CASCADE, factor TEXT NOT NULL,
  hash BLOB, tries INTEGER NOT NULL, created INTEGER NOT NULL, expire INTEGER NOT NULL
) STRICT;
CREATE INDEX challenge_session ON challenge (session_id);
-- Where somebody can be reached: their address, their number, and the devices of sessions.
CREATE TABLE target (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, user_id TEXT NOT NULL REFERENCES user ON DELETE CASCADE,
  session_id TEXT REFERENCES session ON DELETE CASCADE, kind TEXT NOT NULL, provider_id TEXT,
  identifier TEXT NOT NULL UNIQUE, name TEXT NOT NULL, expired INTEGER NOT NULL, created INTEGER NOT NULL,
  updated INTEGER NOT NULL
) STRICT;
CREATE INDEX target_user ON target (user_id);
CREATE INDEX target_session ON target (session_id);
INSERT INTO target (id, user_id, kind, identifier, name, expired, created, updated)
  SELECT lower(hex(randomblob(10))), id, 'email', email, '', 0, created, created FROM user WHERE email IS NOT NULL;
-- What was done with an account.
CREATE TABLE log (
  number INTEGER PRIMARY KEY, user_id TEXT NOT NULL REFERENCES user ON DELETE CASCADE, event TEXT NOT NULL,
  mode TEXT NOT NULL, ip TEXT NOT NULL, agent TEXT NOT NULL, time INTEGER NOT NULL
) STRICT;
CREATE INDEX log_user ON log (user_id, number);
CREATE INDEX log_time ON log (time);
-- Whoever was invited by mail is in the team when they said yes with the secret of the mail.
ALTER TABLE membership ADD COLUMN joined INTEGER;
ALTER TABLE membership ADD COLUMN hash BLOB;
-- The address or number that the inviter knew; of somebody who did not say yes nothing else is shown.
ALTER TABLE membership ADD COLUMN invited TEXT NOT NULL DEFAULT '';
UPDATE membership SET joined = created;
