//! The key of what rows keep encrypted. It lies with the connections to the database and never in it.

use std::sync::{Arc, OnceLock};

use axum::http::StatusCode;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use rusqlite::{Connection, functions::FunctionFlags};

use super::{
    error::{ApiError, ApiResult},
    seal,
    store::StoreError,
};

/// How a sealed text begins in a column of texts. JSON never begins so.
const MARK: &str = "sealed ";

/// Where the connections of a store look for the key; it is given once the server's secrets are known.
pub type Given = Arc<OnceLock<RowKey>>;

#[derive(Clone)]
pub struct RowKey(Option<Vec<u8>>);

// The key is in it.
impl std::fmt::Debug for RowKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RowKey").finish_non_exhaustive()
    }
}

/// Lets `row_key()` answer the key in our own SQL, and in nothing that the schema holds.
pub fn register(connection: &Connection, given: &Given) -> rusqlite::Result<()> {
    let given = given.clone();
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DIRECTONLY;
    connection
        .create_scalar_function("row_key", 0, flags, move |_| Ok(given.get().and_then(|key| key.0.clone())))
}

impl RowKey {
    /// As `row_key()` answered it.
    pub fn new(key: Option<Vec<u8>>) -> Self {
        Self(key)
    }

    pub fn of(c: &Connection) -> Result<Self, StoreError> {
        Ok(Self(c.prepare_cached("SELECT row_key()")?.query_row([], |row| row.get(0))?))
    }

    /// Opens only where the same thing is asked `about`.
    pub fn seal(&self, about: &str, text: &str) -> ApiResult<Vec<u8>> {
        let sealed = self.0.as_ref().map(|key| seal::seal(key, about, text.as_bytes()));
        sealed.filter(|sealed| !sealed.is_empty()).ok_or_else(|| {
            let message = "The server has no key to encrypt with.";
            ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "general_server_error", message)
        })
    }

    /// Nothing where the key is another, or what was sealed was changed or is of something else.
    pub fn open(&self, about: &str, sealed: &[u8]) -> Option<String> {
        String::from_utf8(seal::open(self.0.as_ref()?, about, sealed)?).ok()
    }

    /// As [`RowKey::seal`], for a column of texts.
    pub fn seal_text(&self, about: &str, text: &str) -> ApiResult<String> {
        Ok(format!("{MARK}{}", STANDARD.encode(self.seal(about, text)?)))
    }

    /// What was sealed; a text that lies open is answered as it is.
    pub fn open_text(&self, about: &str, kept: String) -> Option<String> {
        match kept.strip_prefix(MARK) {
            Some(sealed) => self.open(about, &STANDARD.decode(sealed).ok()?),
            None => Some(kept),
        }
    }

    /// Tells one text from another, and lets nobody try texts who has not got the key.
    pub fn digest(&self, text: &str) -> Vec<u8> {
        super::ids::keyed_hash(self.0.as_deref().unwrap_or_default(), &["digest", text])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_open_with_the_key_and_as_what_they_are() {
        let key = RowKey::new(Some(vec![7; 32]));
        let sealed = key.seal_text("a", "secret").expect("sealed");
        assert!(sealed.starts_with(MARK) && !sealed.contains("secret"));
        assert_eq!(key.open_text("a", sealed.clone()).as_deref(), Some("secret"));
        assert_eq!(key.open_text("b", sealed.clone()), None);
        assert_eq!(RowKey::new(Some(vec![8; 32])).open_text("a", sealed.clone()), None);
        assert_eq!(RowKey::new(None).open_text("a", sealed), None);
        assert_eq!(key.open_text("a", "{}".into()).as_deref(), Some("{}"));
        assert!(RowKey::new(None).seal("a", "secret").is_err());
        assert_ne!(key.digest("secret"), RowKey::new(None).digest("secret"));
        assert!(!format!("{key:?}").contains('7'));
    }

    #[test]
    fn the_key_is_with_the_connection_and_not_for_the_schema() {
        let (connection, given) = (Connection::open_in_memory().expect("database"), Given::default());
        register(&connection, &given).expect("registered");
        assert!(RowKey::of(&connection).expect("read").seal("a", "b").is_err());
        given.set(RowKey::new(Some(vec![7; 32]))).expect("given");
        assert!(RowKey::of(&connection).expect("read").seal("a", "b").is_ok());
        connection.execute_batch("CREATE VIEW stolen AS SELECT row_key() AS key").expect("made");
        let stolen = connection.query_row("SELECT key FROM stolen", [], |row| row.get::<_, Vec<u8>>(0));
        assert!(stolen.is_err());
    }
}
