//! What an API key sets up: teams, tables, buckets. Each can be repeated.

use serde::Deserialize;
use serde_json::json;

use crate::{Backend, BackendError};

/// A column as it is made.
#[derive(Debug, Clone, Copy)]
pub struct Column<'a> {
    pub key: &'a str,
    /// `varchar`, `datetime`, ... as in the path.
    pub kind: &'a str,
    /// Characters at most, for varchar.
    pub size: u32,
    pub required: bool,
}

/// Somebody in a team.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    pub user_id: String,
    pub user_name: String,
    pub user_email: String,
    pub roles: Vec<String>,
}

impl Backend {
    /// # Errors
    /// As any call.
    pub async fn ensure_team(&self, id: &str, name: &str) -> Result<(), BackendError> {
        self.ensure(&["teams"], &json!({ "teamId": id, "name": name })).await
    }

    /// # Errors
    /// As any call.
    pub async fn members(&self, team: &str) -> Result<Vec<Member>, BackendError> {
        #[derive(Deserialize)]
        struct Answer {
            memberships: Vec<Member>,
        }
        Ok(self.get::<Answer>(&["teams", team, "memberships"], &[]).await?.memberships)
    }

    /// # Errors
    /// As any call.
    pub async fn ensure_database(&self, id: &str, name: &str) -> Result<(), BackendError> {
        self.ensure(&["tablesdb"], &json!({ "databaseId": id, "name": name })).await
    }

    /// A table with its columns; columns that are missing are added.
    ///
    /// # Errors
    /// As any call.
    pub async fn ensure_table(
        &self,
        database: &str,
        id: &str,
        permissions: &[String],
        columns: &[Column<'_>],
    ) -> Result<(), BackendError> {
        let table = json!({ "tableId": id, "name": id, "permissions": permissions, "rowSecurity": true });
        self.ensure(&["tablesdb", database, "tables"], &table).await?;
        for column in columns {
            let mut body = json!({ "key": column.key, "required": column.required });
            if column.kind == "varchar" {
                body["size"] = json!(column.size);
            }
            self.ensure(&["tablesdb", database, "tables", id, "columns", column.kind], &body).await?;
        }
        Ok(())
    }

    /// # Errors
    /// As any call.
    pub async fn ensure_bucket(
        &self,
        id: &str,
        name: &str,
        permissions: &[String],
    ) -> Result<(), BackendError> {
        let bucket = json!({ "bucketId": id, "name": name, "permissions": permissions });
        self.ensure(&["storage", "buckets"], &bucket).await
    }
}
