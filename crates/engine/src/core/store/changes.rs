//! What is kept in memory of the database is worth as much as it is true: the writer counts the commits after which it
//! may not be any more.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rusqlite::{Connection, hooks::Action};

/// Tables that say who somebody is and what their roles are.
const PEOPLE: [&str; 4] = ["user", "session", "membership", "authenticator"];

/// Counts commits that changed [`PEOPLE`]. These tables have row ids and are never emptied by a `DELETE` without a
/// condition: SQLite tells of neither.
#[derive(Debug, Default)]
pub struct Changes {
    people: AtomicU64,
    /// Changed, and not committed yet.
    pending: AtomicBool,
}

impl Changes {
    /// Hears of every change that `writer` makes.
    pub fn watch(self: &std::sync::Arc<Self>, writer: &Connection) {
        let changes = self.clone();
        writer.update_hook(Some(move |_: Action, _: &str, table: &str, _: i64| {
            if PEOPLE.contains(&table) {
                changes.pending.store(true, Ordering::Relaxed);
            }
        }));
    }

    /// Right after a commit, before anybody is told of it. After a rollback it does no harm.
    pub fn committed(&self) {
        if self.pending.swap(false, Ordering::Relaxed) {
            self.people.fetch_add(1, Ordering::Release);
        }
    }

    /// What was read of people is true for as long as this is the number that it was before the reading.
    pub fn people(&self) -> u64 {
        self.people.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use crate::core::store::Store;

    #[tokio::test]
    async fn what_goes_with_something_else_is_noticed_too() {
        let folder = tempfile::tempdir().expect("folder");
        let store = Store::open(folder.path()).expect("opened");
        let change = async |sql: &'static str| {
            let before = store.changes().people();
            store.write(move |tx| Ok(tx.execute_batch(sql)?)).await.expect("written");
            store.changes().people() != before
        };
        assert!(
            !change("INSERT INTO team (id, name, prefs, created, updated) VALUES ('t', 'T', '{}', 0, 0)")
                .await
        );
        let user = "INSERT INTO user (id, name, status, labels, prefs, email_verified, password_updated, created, updated, accessed)
                    VALUES ('ada', 'Ada', 1, '[]', '{}', 0, 0, 0, 0, 0)";
        assert!(change(user).await, "a user is made");
        let membership = "INSERT INTO membership (id, team_id, user_id, roles, joined, created, updated) VALUES ('m', 't', 'ada', '[]', 0, 0, 0)";
        assert!(change(membership).await, "a membership is made");
        assert!(change("DELETE FROM team WHERE id = 't'").await, "a membership ends with its team");
        assert!(!change("UPDATE team SET name = 'x'").await);
    }
}
