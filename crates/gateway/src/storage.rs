//! `GET /telestack/v1/storage`: what is used, of how much, and which buckets the asker may look into.

use std::sync::Arc;

use axum::{Json, extract::State, http::HeaderMap};
use telestack_model::{AVATARS_BUCKET, BucketReport, StorageReport};

use crate::{GatewayError, Inner};

pub async fn report(
    State(gateway): State<Arc<Inner>>,
    headers: HeaderMap,
) -> Result<Json<StorageReport>, GatewayError> {
    let asker = gateway.asker(&headers).await?;
    let (all, teams) = tokio::try_join!(gateway.backend.buckets(), asker.backend.teams())?;
    let mut buckets = Vec::new();
    for bucket in &all {
        // Pictures of people are shown beside their names, not as a drive.
        if bucket.id == AVATARS_BUCKET || !asker.backend.lists(&bucket.id).await? {
            continue;
        }
        buckets.push(BucketReport {
            id: bucket.id.clone(),
            name: bucket.name.clone(),
            used: bucket.total_size,
            max_file_size: bucket.maximum_file_size,
            writable: creates(&bucket.permissions, &asker.account.id, &teams),
        });
    }
    let used = all.iter().map(|bucket| bucket.total_size).sum();
    Ok(Json(StorageReport { used, quota: gateway.config.storage_quota, buckets }))
}

/// Whether one of the permissions lets this person create: as anybody, as a user, as themselves, or as one of a team.
/// A role inside a team is not looked at: the backend decides in the end.
fn creates(permissions: &[String], user: &str, teams: &[String]) -> bool {
    let mut roles = vec!["any".to_owned(), "users".to_owned(), format!("user:{user}")];
    roles.extend(teams.iter().map(|team| format!("team:{team}")));
    roles.iter().any(|role| permissions.contains(&format!("create(\"{role}\")")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn creating_is_for_those_who_are_named() {
        let given = ["create(\"team:organisation\")".to_owned(), "read(\"any\")".to_owned()];
        assert!(creates(&given, "ada", &["organisation".to_owned()]));
        assert!(!creates(&given, "eve", &[]));
        assert!(creates(&["create(\"user:eve\")".to_owned()], "eve", &[]));
    }
}
