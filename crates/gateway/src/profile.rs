//! `POST /telestack/v1/profile`: name and picture, in the account and in the directory at once.

use std::sync::Arc;

use axum::{Json, extract::State, http::HeaderMap};
use serde_json::{Value, json};
use telestack_backend::{Account, Backend, BackendError, Query, found};
use telestack_model::{AVATARS_BUCKET, DATABASE, ORGANISATION_TEAM, PEOPLE_TABLE, ProfileChange};

use crate::{GatewayError, Inner, prepare};

/// Kinds of pictures that every client shows.
const PICTURES: [&str; 4] = ["image/png", "image/jpeg", "image/webp", "image/gif"];

pub async fn change(
    State(gateway): State<Arc<Inner>>,
    headers: HeaderMap,
    change: Result<Json<ProfileChange>, axum::extract::rejection::JsonRejection>,
) -> Result<Json<Value>, GatewayError> {
    let asker = gateway.asker(&headers).await?;
    let Json(change) = change.map_err(|_| GatewayError::Invalid("the body"))?;
    let name = change.name.as_deref().map(check_name).transpose()?;
    if let Some(picture) = change.avatar_file_id.as_deref().filter(|id| !id.is_empty()) {
        check_picture(&gateway, &asker.account, picture).await?;
    }
    // The directory is the organisation's: others have an account and no row.
    let in_it = gateway.backend.member(ORGANISATION_TEAM, &asker.account.id).await?;
    if in_it.is_none() {
        return Err(GatewayError::Forbidden);
    }
    let before = person(&gateway, &asker.account.id).await?;
    let before = before.and_then(|row| row["avatarFileId"].as_str().map(str::to_owned));
    if let Some(name) = name {
        rename(&asker.backend, name).await?;
    }
    if let Some(member) = gateway.backend.member(ORGANISATION_TEAM, &asker.account.id).await? {
        prepare::write_person(&gateway.backend, &member, &gateway.config.well_known.matrix.server_name)
            .await?;
    }
    if let Some(picture) = &change.avatar_file_id {
        let row = json!({ "avatarFileId": Some(picture).filter(|id| !id.is_empty()) });
        gateway.backend.upsert_row(DATABASE, PEOPLE_TABLE, &asker.account.id, &row, None).await?;
        // The old picture is of no use to anybody. Where deleting fails it only takes space.
        if let Some(old) = before.filter(|old| old != picture) {
            let _ = gateway.backend.delete_file(AVATARS_BUCKET, &old).await;
        }
    }
    person(&gateway, &asker.account.id).await?.map(Json).ok_or(GatewayError::NotFound("the person"))
}

/// Somebody's row of the directory.
async fn person(gateway: &Inner, id: &str) -> Result<Option<Value>, GatewayError> {
    let rows = gateway.backend.rows(DATABASE, PEOPLE_TABLE, &[Query::equal("$id", id)]).await?;
    Ok(rows.rows.into_iter().next())
}

async fn rename(person: &Backend, name: &str) -> Result<(), GatewayError> {
    person.rename_account(name).await.map_err(|error| match error {
        BackendError::Invalid { .. } => GatewayError::Invalid("the name"),
        other => other.into(),
    })
}

fn check_name(name: &str) -> Result<&str, GatewayError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 128 || name.chars().any(char::is_control) {
        return Err(GatewayError::Invalid("the name has 1 to 128 characters"));
    }
    Ok(name)
}

/// A whole picture that this person uploaded: nobody shows another's file as their own, and then has it deleted.
async fn check_picture(gateway: &Inner, account: &Account, id: &str) -> Result<(), GatewayError> {
    let file = found(gateway.backend.file(AVATARS_BUCKET, id).await)?;
    let own = format!("update(\"user:{}\")", account.id);
    let fits = file.is_some_and(|file| {
        file.permissions.contains(&own) && file.is_complete() && PICTURES.contains(&file.mime_type.as_str())
    });
    if fits { Ok(()) } else { Err(GatewayError::Invalid("the picture is no picture that you uploaded")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_not_empty() {
        assert_eq!(check_name("  Ada ").ok(), Some("Ada"));
        for bad in ["", "  ", "a\nb", &"x".repeat(129)] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }
}
