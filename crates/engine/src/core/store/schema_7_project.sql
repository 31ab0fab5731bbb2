-- When a key was changed and last used, and by which SDKs (a JSON list). One with a parent lives for an hour at most and
-- goes with the key that made it.
ALTER TABLE api_key ADD COLUMN updated INTEGER NOT NULL DEFAULT 0;
ALTER TABLE api_key ADD COLUMN accessed INTEGER;
ALTER TABLE api_key ADD COLUMN sdks TEXT NOT NULL DEFAULT '[]';
ALTER TABLE api_key ADD COLUMN parent TEXT REFERENCES api_key ON DELETE CASCADE;
CREATE INDEX api_key_parent ON api_key (parent);
UPDATE api_key SET updated = created;
-- What an administrator decided while the server ran, as JSON. What is not here is as the configuration says.
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL, updated INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO setting (name, value, updated) VALUES ('created', 'null', CAST(unixepoch('subsec') * 1000 AS INTEGER));
-- Where the organisation's programs run: the identifier is a host, or the program's name on its system.
CREATE TABLE platform (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, name TEXT NOT NULL, identifier TEXT NOT NULL,
  created INTEGER NOT NULL, updated INTEGER NOT NULL
) STRICT;
-- Numbers that no message goes to; their code is always the same.
CREATE TABLE mock_phone (
  phone TEXT PRIMARY KEY, otp TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL
) STRICT;
-- The organisation's own words, in place of the built-in ones. Empty senders are those of the mail server.
CREATE TABLE email_template (
  number INTEGER PRIMARY KEY, kind TEXT NOT NULL, locale TEXT NOT NULL, subject TEXT NOT NULL, message TEXT NOT NULL,
  sender_name TEXT NOT NULL, sender_email TEXT NOT NULL, reply_to_name TEXT NOT NULL, reply_to_email TEXT NOT NULL,
  UNIQUE (kind, locale)
) STRICT;
-- A secret one's value is sealed.
CREATE TABLE variable (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, key TEXT NOT NULL UNIQUE, value BLOB NOT NULL,
  secret INTEGER NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL
) STRICT;
CREATE TABLE webhook (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, url TEXT NOT NULL, events TEXT NOT NULL,
  enabled INTEGER NOT NULL, tls INTEGER NOT NULL, auth_username TEXT NOT NULL,
  -- Sealed both.
  auth_password BLOB, secret BLOB NOT NULL,
  -- The last failure, and how many there were in a row.
  logs TEXT NOT NULL DEFAULT '', attempts INTEGER NOT NULL DEFAULT 0,
  -- After a failure nothing is sent before this time.
  rests_until INTEGER NOT NULL DEFAULT 0,
  -- How many deliveries there are.
  waiting INTEGER NOT NULL DEFAULT 0,
  created INTEGER NOT NULL, updated INTEGER NOT NULL
) STRICT;
-- What is to be told; each webhook that wants it has a delivery.
CREATE TABLE webhook_event (
  number INTEGER PRIMARY KEY AUTOINCREMENT, names TEXT NOT NULL, payload TEXT NOT NULL, actor TEXT NOT NULL
) STRICT;
CREATE TABLE webhook_delivery (
  number INTEGER PRIMARY KEY AUTOINCREMENT, webhook INTEGER NOT NULL REFERENCES webhook ON DELETE CASCADE,
  event INTEGER NOT NULL REFERENCES webhook_event, tries INTEGER NOT NULL DEFAULT 0, due INTEGER NOT NULL
) STRICT;
CREATE INDEX webhook_delivery_due ON webhook_delivery (webhook, due, number);
CREATE INDEX webhook_delivery_event ON webhook_delivery (event);
CREATE TRIGGER webhook_delivery_more AFTER INSERT ON webhook_delivery BEGIN
  UPDATE webhook SET waiting = waiting + 1 WHERE number = new.webhook;
END;
CREATE TRIGGER webhook_delivery_less AFTER DELETE ON webhook_delivery BEGIN
  UPDATE webhook SET waiting = waiting - 1 WHERE number = old.webhook;
  DELETE FROM webhook_event WHERE number = old.event
    AND NOT EXISTS (SELECT 1 FROM webhook_delivery WHERE event = old.event);
END;
