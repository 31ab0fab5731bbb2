//! What opens one file to whoever has it: `?token=` at its view, download and preview.
//!
//! A secret is a JWT (HS256) for an audience of its own, so that it signs nobody in. It counts while its row is there.

use std::sync::Arc;

use axum::http::StatusCode;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{bucket::Bucket, file::File};
use crate::core::{
    app::App,
    clock::iso,
    error::{ApiError, ApiResult},
    permissions::Action,
    routes::Call,
    store::StoreError,
};

const AUDIENCE: &str = "file";
/// Reading is written down once a day, as Appwrite does.
const ACCESS_NOTED: i64 = 24 * 3_600_000;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Claims {
    aud: String,
    token_id: String,
}

/// One token, and the file it opens.
#[derive(Debug, Clone)]
pub struct Token {
    pub id: String,
    pub file: i64,
    pub bucket_id: String,
    pub file_id: String,
    /// Unix milliseconds; none: for as long as it is not deleted.
    pub expires: Option<i64>,
    pub accessed: i64,
    pub created: i64,
}

pub const SELECT: &str =
    "SELECT file_token.id, file_token.file, bucket_id, file.id, expires, accessed, file_token.created
     FROM file_token JOIN file ON file.number = file_token.file";

impl Token {
    pub fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            file: row.get(1)?,
            bucket_id: row.get(2)?,
            file_id: row.get(3)?,
            expires: row.get(4)?,
            accessed: row.get(5)?,
            created: row.get(6)?,
        })
    }

    pub fn find(c: &Connection, id: &str) -> Result<Option<Self>, StoreError> {
        let sql = format!("{SELECT} WHERE file_token.id = ?1");
        Ok(c.prepare_cached(&sql)?.query_row([id], Self::from_row).optional()?)
    }

    pub fn json(&self, app: &App) -> ApiResult<Value> {
        Ok(json!({
            "$id": self.id,
            "$createdAt": iso(self.created),
            "resourceId": format!("{}:{}", self.bucket_id, self.file_id),
            "resourceType": "files",
            "expire": self.expires.map(iso).unwrap_or_default(),
            "secret": self.secret(app)?,
            "accessedAt": iso(self.accessed),
        }))
    }

    fn secret(&self, app: &App) -> ApiResult<String> {
        let claims = Claims { aud: AUDIENCE.to_owned(), token_id: self.id.clone() };
        let key = EncodingKey::from_secret(&app.config.jwt_secret);
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).map_err(|_| {
            ApiError::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "general_unknown",
                "The token could not be made.",
            )
        })
    }
}

/// The id in a secret that we signed.
fn id_of(app: &App, secret: &str) -> Option<String> {
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_audience(&[AUDIENCE]);
    // Its end is in the row, where it can be changed.
    validation.set_required_spec_claims(&["aud"]);
    validation.validate_exp = false;
    let key = DecodingKey::from_secret(&app.config.jwt_secret);
    jsonwebtoken::decode::<Claims>(secret, &key, &validation).ok().map(|data| data.claims.token_id)
}

/// The file of a call, where the caller may read it or shows a token for it.
pub async fn readable(call: &Call) -> ApiResult<File> {
    let (bucket, id) = (call.param("bucketId").to_owned(), call.param("fileId").to_owned());
    let caller = call.caller.clone();
    let file = match call.query_value("token") {
        None => call.app.store.read(move |c| File::get_for(c, &bucket, &id, &caller, Action::Read)).await?,
        Some(secret) => {
            let token = id_of(&call.app, secret).ok_or_else(refused)?;
            let now = call.app.now();
            let open = move |c: &Connection| {
                let bucket = Bucket::get_for(c, &bucket, &caller)?;
                let token = Token::find(c, &token)?.filter(|token| token.expires.is_none_or(|at| at > now));
                let file = File::find(c, &bucket.id, &id)?;
                match (token, file) {
                    (Some(token), Some(file)) if token.file == file.number => Ok((token, file)),
                    _ => Err(refused().into()),
                }
            };
            let (token, file) = call.app.store.read(open).await?;
            if now - token.accessed > ACCESS_NOTED {
                note_access(&call.app, token.id, now).await?;
            }
            file
        }
    };
    if file.complete { Ok(file) } else { Err(ApiError::not_found("storage_file_not_found", "A file")) }
}

async fn note_access(app: &Arc<App>, id: String, now: i64) -> Result<(), StoreError> {
    let note = "UPDATE file_token SET accessed = ?1 WHERE id = ?2";
    app.store.write(move |tx| Ok(tx.execute(note, params![now, id])?)).await.map(drop)
}

/// One answer for a token that is wrong, over, deleted, or another file's.
fn refused() -> ApiError {
    ApiError::new(StatusCode::UNAUTHORIZED, "user_unauthorized", "This token does not open this file.")
}
