-- Who did what: one entry for each call that changed something; rows of tables are left out.
CREATE TABLE activity (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
  -- user, key or guest; name and address as they were then.
  actor_kind TEXT NOT NULL, actor_id TEXT NOT NULL, actor_name TEXT NOT NULL, actor_email TEXT NOT NULL,
  -- The statics of the route and what is done there: teams.memberships.update.
  event TEXT NOT NULL,
  -- teams/T/memberships/M, and its parts.
  resource TEXT NOT NULL, parent TEXT NOT NULL, kind TEXT NOT NULL, resource_id TEXT NOT NULL, team_id TEXT NOT NULL,
  ip TEXT NOT NULL, agent TEXT NOT NULL, sdk TEXT NOT NULL, sdk_version TEXT NOT NULL, hostname TEXT NOT NULL,
  time INTEGER NOT NULL
) STRICT;
CREATE INDEX activity_time ON activity (time);
CREATE INDEX activity_actor ON activity (actor_id, number);
