-- A service of others that people may sign in with, as an administrator set it.
CREATE TABLE oauth_provider (
  id TEXT PRIMARY KEY, enabled INTEGER NOT NULL, native_enabled INTEGER NOT NULL, client_id TEXT NOT NULL,
  -- JSON by name: what may be read, and sealed what may not.
  settings TEXT NOT NULL, secrets BLOB, updated INTEGER NOT NULL
) STRICT;
-- Somebody's account at such a service. What it gave us for them is sealed.
CREATE TABLE identity (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, user_id TEXT NOT NULL REFERENCES user ON DELETE CASCADE,
  provider TEXT NOT NULL, provider_uid TEXT NOT NULL, provider_email TEXT NOT NULL COLLATE NOCASE,
  email_verified INTEGER NOT NULL, access_token BLOB, refresh_token BLOB, id_token BLOB,
  access_expire INTEGER NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL, UNIQUE (provider, provider_uid)
) STRICT;
CREATE INDEX identity_user ON identity (user_id);
CREATE INDEX identity_email ON identity (provider_email);
-- A sign-in that left for a provider and did not come back yet. Known by the hash of its state; the rest is sealed.
CREATE TABLE oauth_flow (
  state BLOB PRIMARY KEY, browser BLOB, content BLOB NOT NULL, expire INTEGER NOT NULL
) STRICT;
CREATE INDEX oauth_flow_expire ON oauth_flow (expire);
ALTER TABLE session ADD COLUMN identity_id TEXT REFERENCES identity (id) ON DELETE SET NULL;
CREATE INDEX session_identity ON session (identity_id);
ALTER TABLE token ADD COLUMN identity_id TEXT REFERENCES identity (id) ON DELETE CASCADE;
