-- Programs of others that people here sign in to, and let do something for them: clients of OAuth 2. One goes with the
-- team or person that it belongs to; one that an administrator made belongs to nobody.
CREATE TABLE app (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
  team_id TEXT REFERENCES team ON DELETE CASCADE, user_id TEXT REFERENCES user ON DELETE CASCADE,
  name TEXT NOT NULL,
  -- What people are shown before they agree, as JSON by the names of the API.
  about TEXT NOT NULL,
  -- JSON lists.
  labels TEXT NOT NULL DEFAULT '[]', redirect_uris TEXT NOT NULL, logout_uris TEXT NOT NULL,
  enabled INTEGER NOT NULL, confidential INTEGER NOT NULL, device_flow INTEGER NOT NULL,
  installation_scopes TEXT NOT NULL DEFAULT '[]', installation_redirect TEXT NOT NULL DEFAULT '',
  created INTEGER NOT NULL, updated INTEGER NOT NULL
) STRICT;
CREATE INDEX app_team ON app (team_id);
CREATE INDEX app_user ON app (user_id);
-- Of the kind 'secret' what a program shows of itself at the token endpoint, of the kind 'key' what it shows to act for its
-- installations.
CREATE TABLE app_secret (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, app_id TEXT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
  kind TEXT NOT NULL, hash BLOB NOT NULL UNIQUE, hint TEXT NOT NULL,
  created_by TEXT NOT NULL, created_by_name TEXT NOT NULL, created INTEGER NOT NULL, accessed INTEGER
) STRICT;
CREATE INDEX app_secret_app ON app_secret (app_id, kind);
-- What a team lets a program do by itself.
CREATE TABLE app_installation (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, app_id TEXT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
  team_id TEXT NOT NULL REFERENCES team ON DELETE CASCADE, scopes TEXT NOT NULL, details TEXT NOT NULL,
  created_by TEXT NOT NULL, created_by_name TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL,
  accessed INTEGER, UNIQUE (app_id, team_id)
) STRICT;
CREATE INDEX app_installation_team ON app_installation (team_id);
-- The keys that tokens are signed with, sealed.
CREATE TABLE oauth_key (id TEXT PRIMARY KEY, sealed BLOB NOT NULL, created INTEGER NOT NULL) STRICT, WITHOUT ROWID;
-- A request that a program left here before it sends somebody along (RFC 9126), known by the hash of its address.
CREATE TABLE oauth_pushed (
  hash BLOB PRIMARY KEY, app_id TEXT NOT NULL REFERENCES app (id) ON DELETE CASCADE, asked TEXT NOT NULL,
  expire INTEGER NOT NULL
) STRICT;
CREATE INDEX oauth_pushed_expire ON oauth_pushed (expire);
-- What somebody is asked to agree to. A device's is nobody's until somebody enters its code.
CREATE TABLE oauth_grant (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, app_id TEXT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
  user_id TEXT REFERENCES user ON DELETE CASCADE, asked TEXT NOT NULL, auth_time INTEGER NOT NULL,
  -- Of devices: hashes of both codes, the seconds between two questions, when the last one came, and the consent if there
  -- is an answer: empty for no.
  device_code BLOB UNIQUE, user_code BLOB UNIQUE, pace INTEGER NOT NULL DEFAULT 0, polled INTEGER NOT NULL DEFAULT 0,
  answer TEXT, created INTEGER NOT NULL, updated INTEGER NOT NULL, expire INTEGER NOT NULL
) STRICT;
CREATE INDEX oauth_grant_expire ON oauth_grant (expire);
-- What somebody agreed to.
CREATE TABLE oauth_consent (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, user_id TEXT NOT NULL REFERENCES user ON DELETE CASCADE,
  app_id TEXT NOT NULL REFERENCES app (id) ON DELETE CASCADE, scopes TEXT NOT NULL, resources TEXT NOT NULL,
  details TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL, UNIQUE (user_id, app_id)
) STRICT;
-- All tokens that came of one agreement on one device, each of the one before; or of an installation.
CREATE TABLE oauth_family (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, app_id TEXT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
  consent_id TEXT REFERENCES oauth_consent (id) ON DELETE CASCADE, user_id TEXT REFERENCES user ON DELETE CASCADE,
  installation_id TEXT REFERENCES app_installation (id) ON DELETE CASCADE,
  scopes TEXT NOT NULL, resources TEXT NOT NULL, details TEXT NOT NULL, auth_time INTEGER NOT NULL,
  created INTEGER NOT NULL, updated INTEGER NOT NULL,
  -- When its last token ends, and the last of those that open something.
  expire INTEGER NOT NULL, access_expire INTEGER NOT NULL
) STRICT;
CREATE INDEX oauth_family_app ON oauth_family (app_id);
CREATE INDEX oauth_family_consent ON oauth_family (consent_id);
CREATE INDEX oauth_family_user ON oauth_family (user_id);
CREATE INDEX oauth_family_installation ON oauth_family (installation_id);
CREATE INDEX oauth_family_expire ON oauth_family (expire);
-- Of the kind 'access' or 'refresh'. A refreshing one that was used stays, to be known if it comes again.
CREATE TABLE oauth_token (
  hash BLOB PRIMARY KEY, family_id TEXT NOT NULL REFERENCES oauth_family (id) ON DELETE CASCADE, kind TEXT NOT NULL,
  scopes TEXT NOT NULL,
  -- Whether our own API is one of those that it is for.
  here INTEGER NOT NULL, used INTEGER NOT NULL DEFAULT 0, created INTEGER NOT NULL, expire INTEGER NOT NULL
) STRICT;
CREATE INDEX oauth_token_family ON oauth_token (family_id);
CREATE INDEX oauth_token_expire ON oauth_token (expire);
-- What a program changes for tokens, once. One that was used has its family, which ends when the code comes again.
CREATE TABLE oauth_code (
  hash BLOB PRIMARY KEY, app_id TEXT NOT NULL REFERENCES app (id) ON DELETE CASCADE,
  consent_id TEXT NOT NULL REFERENCES oauth_consent (id) ON DELETE CASCADE, asked TEXT NOT NULL,
  auth_time INTEGER NOT NULL, family_id TEXT REFERENCES oauth_family (id) ON DELETE CASCADE, used INTEGER NOT NULL DEFAULT 0,
  expire INTEGER NOT NULL
) STRICT;
CREATE INDEX oauth_code_expire ON oauth_code (expire);
CREATE INDEX oauth_code_consent ON oauth_code (consent_id);
CREATE INDEX oauth_code_family ON oauth_code (family_id);
