-- What sends messages. All that was said about it is sealed, for most of it is secret.
CREATE TABLE provider (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, kind TEXT NOT NULL, channel TEXT NOT NULL,
  enabled INTEGER NOT NULL, settings BLOB NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL
) STRICT;
CREATE TABLE topic (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
  -- The roles that may subscribe, as a JSON list.
  subscribe TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL
) STRICT;
CREATE TABLE subscriber (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, topic_id TEXT NOT NULL REFERENCES topic (id) ON DELETE CASCADE,
  target_id TEXT NOT NULL REFERENCES target (id) ON DELETE CASCADE, channel TEXT NOT NULL,
  created INTEGER NOT NULL, updated INTEGER NOT NULL, UNIQUE (topic_id, target_id)
) STRICT;
CREATE INDEX subscriber_channel ON subscriber (topic_id, channel);
CREATE INDEX subscriber_target ON subscriber (target_id);
CREATE TABLE message (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, channel TEXT NOT NULL,
  -- Ids as JSON lists.
  topics TEXT NOT NULL, users TEXT NOT NULL, targets TEXT NOT NULL,
  data TEXT NOT NULL, status TEXT NOT NULL, scheduled INTEGER,
  -- When it began to go out; whether a delivery was made for each of its recipients.
  begun INTEGER, spread INTEGER NOT NULL DEFAULT 0,
  delivered INTEGER, delivered_total INTEGER NOT NULL DEFAULT 0, errors TEXT NOT NULL DEFAULT '[]',
  created INTEGER NOT NULL, updated INTEGER NOT NULL
) STRICT;
CREATE INDEX message_scheduled ON message (scheduled) WHERE status = 'scheduled';
CREATE INDEX message_unspread ON message (number) WHERE status = 'processing' AND spread = 0;
-- One address that a message goes to: waiting, given (to its provider, and not answered yet), taken or failed. All of a
-- message are gone when it is out.
CREATE TABLE delivery (
  number INTEGER PRIMARY KEY AUTOINCREMENT, message INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
  -- Empty for the folder of development.
  provider_id TEXT NOT NULL, identifier TEXT NOT NULL,
  -- Whether the message's CC and BCC go along with this one.
  copies INTEGER NOT NULL, state TEXT NOT NULL, due INTEGER NOT NULL, error TEXT
) STRICT;
CREATE INDEX delivery_message ON delivery (message, state);
CREATE INDEX delivery_waiting ON delivery (provider_id, message, number, due) WHERE state = 'waiting';
CREATE INDEX delivery_given ON delivery (number) WHERE state = 'given';
