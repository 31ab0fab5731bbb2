//! What an API key sets up and looks after: teams, tables, buckets. Making them can be repeated.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Backend, BackendError, Query, error::found, rows::numbered};

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

/// A bucket as the backend tells it. Sizes are bytes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bucket {
    #[serde(rename = "$id")]
    pub id: String,
    pub name: String,
    pub maximum_file_size: u64,
    #[serde(default)]
    pub total_size: u64,
    #[serde(rename = "$permissions", default)]
    pub permissions: Vec<String>,
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

    /// Somebody's place in a team; none where they are not in it.
    ///
    /// # Errors
    /// As any call.
    pub async fn member(&self, team: &str, user: &str) -> Result<Option<Member>, BackendError> {
        #[derive(Deserialize)]
        struct Answer {
            memberships: Vec<Member>,
        }
        let query = numbered(&[Query::equal("userId", user)]);
        let answer = found(self.get::<Answer>(&["teams", team, "memberships"], &query).await)?;
        let members = answer.map(|answer| answer.memberships).unwrap_or_default();
        Ok(members.into_iter().find(|member| member.user_id == user))
    }

    /// Ids of the teams that one is in.
    ///
    /// # Errors
    /// As any call.
    pub async fn teams(&self) -> Result<Vec<String>, BackendError> {
        #[derive(Deserialize)]
        struct Team {
            #[serde(rename = "$id")]
            id: String,
        }
        #[derive(Deserialize)]
        struct Answer {
            teams: Vec<Team>,
        }
        let answer: Answer = self.get(&["teams"], &[]).await?;
        Ok(answer.teams.into_iter().map(|team| team.id).collect())
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

    /// Makes a bucket, given as Appwrite takes it, where it is missing.
    ///
    /// # Errors
    /// As any call.
    pub async fn ensure_bucket(&self, bucket: &Value) -> Result<(), BackendError> {
        self.ensure(&["storage", "buckets"], bucket).await
    }

    /// The first hundred buckets.
    ///
    /// # Errors
    /// As any call.
    pub async fn buckets(&self) -> Result<Vec<Bucket>, BackendError> {
        #[derive(Deserialize)]
        struct Answer {
            buckets: Vec<Bucket>,
        }
        let query = numbered(&[Query::limit(100)]);
        Ok(self.get::<Answer>(&["storage", "buckets"], &query).await?.buckets)
    }

    /// Whether one may list a bucket's files.
    ///
    /// # Errors
    /// As any call.
    pub async fn lists(&self, bucket: &str) -> Result<bool, BackendError> {
        let mut query = numbered(&[Query::limit(1)]);
        query.push(("total".to_owned(), "false".to_owned()));
        match self.get::<Value>(&["storage", "buckets", bucket, "files"], &query).await {
            Ok(_) => Ok(true),
            Err(BackendError::Unauthorized(_) | BackendError::Forbidden(_) | BackendError::NotFound) => {
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}
