//! What is asked for when a column is made, and whether it makes sense.

use serde::Deserialize;
use serde_json::{Number, Value};

use super::{Column, Kind, value::compare};
use crate::{
    core::{
        error::{ApiError, ApiResult},
        ids,
    },
    tables::refused,
};

/// Characters of a sized text at most.
const LONGEST: usize = 1_073_741_824;
const VARCHAR: usize = 16_381;
/// Characters that an encrypted text must be able to hold, as Appwrite has it.
const ENCRYPTED: usize = 150;
/// Words of an enumeration, and characters of each.
const ELEMENTS: (usize, usize) = (100, 1024);

/// A column as a request describes it.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    pub key: String,
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub size: Option<usize>,
    #[serde(default)]
    pub default: Option<Value>,
    #[serde(default)]
    pub array: bool,
    #[serde(default)]
    pub min: Option<Number>,
    #[serde(default)]
    pub max: Option<Number>,
    #[serde(default)]
    pub elements: Vec<String>,
    #[serde(default)]
    pub encrypt: bool,
}

/// A column within the description of a table.
#[derive(Debug, Deserialize)]
pub struct Definition {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    format: Option<String>,
    #[serde(flatten)]
    wanted: Wanted,
}

impl Definition {
    pub fn column(self, now: i64) -> ApiResult<Column> {
        let kind = Kind::of_type(&self.kind, self.format.as_deref()).ok_or_else(unknown_kind)?;
        if kind == Kind::Relationship {
            return Err(ApiError::argument("A relationship is made when both tables are there."));
        }
        self.wanted.column(kind, now)
    }
}

impl Wanted {
    pub fn column(self, kind: Kind, now: i64) -> ApiResult<Column> {
        check_key(&self.key)?;
        if self.encrypt && !kind.is_text() {
            return Err(ApiError::argument("Only texts are encrypted."));
        }
        if kind.is_place() && self.array {
            return Err(ApiError::argument("A place is no list."));
        }
        let size = match (kind.is_sized(), self.size) {
            (true, None) => return Err(ApiError::argument("'size' is missing.")),
            (true, Some(size)) => Some(size),
            (false, _) => kind.longest(),
        };
        let column = Column {
            key: self.key,
            kind,
            size,
            required: self.required,
            default: self.default.filter(|default| !default.is_null()),
            array: self.array,
            min: self.min.filter(|_| kind.is_number()),
            max: self.max.filter(|_| kind.is_number()),
            elements: if kind == Kind::Enum { self.elements } else { Vec::new() },
            relation: None,
            seal: self.encrypt.then(ids::unique),
            created: now,
            updated: now,
        };
        column.check()?;
        Ok(column)
    }
}

impl Column {
    /// Whether the parts of the column go together.
    pub fn check(&self) -> ApiResult<()> {
        let longest = if self.kind == Kind::Varchar { VARCHAR } else { LONGEST };
        if self.kind.is_sized() && !self.size.is_some_and(|size| (1..=longest).contains(&size)) {
            return Err(ApiError::argument(format!("'size' is 1 to {longest}.")));
        }
        if self.is_encrypted() && self.size.is_some_and(|size| size < ENCRYPTED) {
            let message = format!("An encrypted text has a size of at least {ENCRYPTED}.");
            return Err(refused("general_bad_request", &message));
        }
        if self.kind == Kind::Enum {
            let (most, longest) = ELEMENTS;
            let fit = |word: &String| !word.is_empty() && word.len() <= longest && !word.contains('\0');
            if self.elements.is_empty() || self.elements.len() > most || !self.elements.iter().all(fit) {
                return Err(ApiError::argument(format!("'elements' has 1 to {most} words.")));
            }
        }
        let bounds = [&self.min, &self.max];
        if self.kind.is_whole()
            && bounds.iter().any(|bound| bound.as_ref().is_some_and(|b| b.as_i64().is_none()))
        {
            return Err(ApiError::argument("'min' and 'max' are whole numbers."));
        }
        if let (Some(min), Some(max)) = (&self.min, &self.max)
            && compare(min, max) == Some(std::cmp::Ordering::Greater)
        {
            return Err(refused("column_value_invalid", "'min' is larger than 'max'."));
        }
        let Some(default) = &self.default else { return Ok(()) };
        if self.required || self.array {
            let message = "A column that is required, or a list, has no default.";
            return Err(refused("column_default_unsupported", message));
        }
        self.normal(default).map_err(|what| {
            refused("column_value_invalid", &format!("The default of '{}' {what}.", self.key))
        })?;
        Ok(())
    }
}

/// A key becomes a name in SQL.
pub fn check_key(key: &str) -> ApiResult<()> {
    if ids::is_id(key) {
        return Ok(());
    }
    Err(ApiError::argument(
        "A key is 1 to 36 of A-Z, a-z, 0-9, '.', '_' and '-', and begins with a letter or digit.",
    ))
}

pub fn unknown_kind() -> ApiError {
    refused("column_type_invalid", "This kind of column is not known.")
}
