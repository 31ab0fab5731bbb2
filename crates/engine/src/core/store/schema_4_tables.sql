-- What is not enabled is there for API keys only.
ALTER TABLE database ADD COLUMN enabled INTEGER NOT NULL DEFAULT 1;
ALTER TABLE data_table ADD COLUMN enabled INTEGER NOT NULL DEFAULT 1;
-- The indexes of a table as a JSON list.
ALTER TABLE data_table ADD COLUMN indexes TEXT NOT NULL DEFAULT '[]';
-- A transaction is what was staged for it; `owner` is a user's id, or empty where a key opened it.
CREATE TABLE data_transaction (
  id TEXT PRIMARY KEY, owner TEXT NOT NULL, status TEXT NOT NULL, operations INTEGER NOT NULL,
  expires INTEGER NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL
) STRICT;
CREATE TABLE data_operation (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  transaction_id TEXT NOT NULL REFERENCES data_transaction ON DELETE CASCADE,
  database_id TEXT NOT NULL, table_id TEXT NOT NULL, by_key INTEGER NOT NULL, operation TEXT NOT NULL
) STRICT;
CREATE INDEX data_operation_transaction ON data_operation (transaction_id, number);
-- The rows that a transaction changes, as they were outside it when it first did; null where there was none.
CREATE TABLE data_touched (
  transaction_id TEXT NOT NULL REFERENCES data_transaction ON DELETE CASCADE,
  database_id TEXT NOT NULL, table_id TEXT NOT NULL, row_id TEXT NOT NULL, state BLOB,
  PRIMARY KEY (transaction_id, database_id, table_id, row_id)
) STRICT, WITHOUT ROWID;
