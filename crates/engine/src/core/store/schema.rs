//! What the database looks like, and how an older one comes to look so.

use rusqlite::Connection;

use super::StoreError;

/// Schema steps; the position of a step is its version. A released step is never changed.
pub const STEPS: &[&str] = &[
    include_str!("schema_1.sql"),
    include_str!("schema_2.sql"),
    include_str!("schema_3_accounts.sql"),
    include_str!("schema_4_tables.sql"),
    include_str!("schema_5_file_tokens.sql"),
    include_str!("schema_6_oauth.sql"),
    include_str!("schema_7_project.sql"),
    include_str!("schema_8_messaging.sql"),
    include_str!("schema_9_storage.sql"),
    include_str!("schema_10_presences.sql"),
    include_str!("schema_11_activities.sql"),
    include_str!("schema_12_apps.sql"),
    include_str!("schema_14_letters_and_impersonation.sql"),
    include_str!("schema_15_dev_keys_and_usage.sql"),
];

/// The schema that a database has. Refuses one of a newer program.
pub fn version(connection: &Connection) -> Result<usize, StoreError> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = usize::try_from(version).ok().filter(|version| *version <= STEPS.len());
    known.ok_or(StoreError::TooNew(version))
}

/// Brings a database up to date.
pub fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let done = version(connection)?;
    if done == STEPS.len() {
        return Ok(());
    }
    let tx = connection.transaction()?;
    for step in &STEPS[done..] {
        tx.execute_batch(step)?;
    }
    tx.pragma_update(None, "user_version", i64::try_from(STEPS.len()).unwrap_or(i64::MAX))?;
    tx.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::store::Store;

    #[tokio::test]
    async fn a_database_of_before_accounts_grew_is_brought_up_to_date() {
        let folder = tempfile::tempdir().expect("folder");
        let old = Connection::open(folder.path().join("engine.sqlite")).expect("made");
        old.execute_batch(STEPS[0]).expect("first step");
        old.execute_batch(STEPS[1]).expect("second step");
        old.execute_batch(
            "PRAGMA user_version = 2;
             INSERT INTO user VALUES ('ada', 'ada@example.org', 'Ada', NULL, 1, '[]', '{}', 0, 0, 5, 5, 5);
             INSERT INTO session VALUES ('s', 'ada', x'00', 'email', '', '', 5, 9);
             INSERT INTO team VALUES ('t', 'T', '{}', 5, 5);
             INSERT INTO membership VALUES ('m', 't', 'ada', '[]', 7, 7);",
        )
        .expect("filled");
        drop(old);
        let store = Store::open(folder.path()).expect("opened");
        let sql = "SELECT t.identifier, s.factors, s.updated, m.joined
             FROM target t JOIN session s ON s.user_id = t.user_id JOIN membership m ON m.user_id = t.user_id";
        let kept: (String, String, i64, i64) = store
            .read(move |c| {
                Ok(c.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?)
            })
            .await
            .expect("read");
        assert_eq!(kept, ("ada@example.org".into(), r#"["password"]"#.into(), 5, 7));
    }
}
