//! Columns: their kinds, what a value must be, how it lies in SQLite.

use rusqlite::types::{Value as Sql, ValueRef};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::core::{
    clock::iso,
    error::{ApiError, ApiResult},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    String,
    Varchar,
    Text,
    Integer,
    Float,
    Boolean,
    Email,
    Url,
    Datetime,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Column {
    pub key: String,
    pub kind: Kind,
    /// Characters at most, for strings.
    pub size: Option<usize>,
    pub required: bool,
    pub default: Option<Value>,
    pub created: i64,
}

impl Kind {
    /// The kind as the path names it.
    pub fn of(word: &str) -> Option<Self> {
        serde_json::from_value(json!(word)).ok()
    }

    /// What Appwrite calls the column's type: e-mails and the like are strings with a format.
    fn type_name(self) -> &'static str {
        match self {
            Self::String | Self::Email | Self::Url => "string",
            Self::Varchar => "varchar",
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Float => "double",
            Self::Boolean => "boolean",
            Self::Datetime => "datetime",
        }
    }

    /// The column's type in SQLite.
    pub fn sql(self) -> &'static str {
        match self {
            Self::Integer | Self::Boolean => "INTEGER",
            Self::Float => "REAL",
            Self::String | Self::Varchar | Self::Text | Self::Email | Self::Url | Self::Datetime => "TEXT",
        }
    }
}

impl Column {
    /// A value for this column, checked and bound. Null is for columns that may be empty.
    pub fn bind(&self, value: &Value) -> ApiResult<Sql> {
        let wrong = |what: &str| {
            ApiError::new(
                axum::http::StatusCode::BAD_REQUEST,
                "row_invalid_structure",
                format!("Invalid row: '{}' {what}.", self.key),
            )
        };
        if value.is_null() {
            return if self.required { Err(wrong("is required")) } else { Ok(Sql::Null) };
        }
        match self.kind {
            Kind::Integer => value.as_i64().map(Sql::Integer).ok_or_else(|| wrong("must be a whole number")),
            Kind::Float => value.as_f64().map(Sql::Real).ok_or_else(|| wrong("must be a number")),
            Kind::Boolean => value
                .as_bool()
                .map(|b| Sql::Integer(i64::from(b)))
                .ok_or_else(|| wrong("must be true or false")),
            Kind::Datetime => {
                let time = value.as_str().and_then(|text| chrono::DateTime::parse_from_rfc3339(text).ok());
                time.map(|time| Sql::Text(iso(time.timestamp_millis())))
                    .ok_or_else(|| wrong("must be a date and time (RFC 3339)"))
            }
            Kind::String | Kind::Varchar | Kind::Text | Kind::Email | Kind::Url => {
                let text = value.as_str().ok_or_else(|| wrong("must be text"))?;
                if self.size.is_some_and(|size| text.chars().count() > size) {
                    return Err(wrong("is too long"));
                }
                match self.kind {
                    Kind::Email => {
                        crate::users::check_email(text).map_err(|_| wrong("must be an e-mail address"))?;
                    }
                    Kind::Url => {
                        url::Url::parse(text).map_err(|_| wrong("must be a URL"))?;
                    }
                    _ => {}
                }
                Ok(Sql::Text(text.to_owned()))
            }
        }
    }

    /// A stored value as JSON.
    pub fn read(&self, value: ValueRef<'_>) -> Value {
        match (value, self.kind) {
            (ValueRef::Integer(whole), Kind::Boolean) => json!(whole != 0),
            (ValueRef::Integer(whole), _) => json!(whole),
            (ValueRef::Real(real), _) => json!(real),
            (ValueRef::Text(text), _) => json!(String::from_utf8_lossy(text)),
            (ValueRef::Null | ValueRef::Blob(_), _) => Value::Null,
        }
    }

    pub fn json(&self) -> Value {
        let mut column = json!({
            "key": self.key,
            "description": "",
            "type": self.kind.type_name(),
            "status": "available",
            "error": "",
            "required": self.required,
            "array": false,
            "default": self.default,
            "$createdAt": iso(self.created),
            "$updatedAt": iso(self.created),
        });
        match self.kind {
            Kind::String | Kind::Varchar => {
                column["size"] = json!(self.size.unwrap_or_default());
                column["encrypt"] = json!(false);
            }
            Kind::Email => column["format"] = json!("email"),
            Kind::Url => column["format"] = json!("url"),
            Kind::Datetime => column["format"] = json!(""),
            Kind::Text | Kind::Integer | Kind::Float | Kind::Boolean => {}
        }
        column
    }
}

/// A column's key: a letter, then letters, digits, `_` and `-`, at most 36. It becomes a name in SQL.
pub fn is_key(key: &str) -> bool {
    key.len() <= 36
        && key.bytes().next().is_some_and(|first| first.is_ascii_alphabetic())
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}
