//! What can be asked for: an attribute, where it lies, and how its values are compared.

use rusqlite::types::Value as Sql;
use serde_json::Value;

use super::{Related, invalid};
use crate::core::{
    clock::{iso, parse_iso},
    error::{ApiError, ApiResult},
};

/// What may be asked for in a list.
pub trait Fields {
    /// The field of an attribute, or why it cannot be asked for.
    fn field(&self, attribute: &str) -> ApiResult<Field>;

    /// The related rows that an attribute of theirs leads to (`author.name`); none where it is no such attribute.
    fn related(&self, _attribute: &str) -> ApiResult<Option<Related<'_>>> {
        Ok(None)
    }
}

/// Plain lists answer an attribute's field, or that there is none.
impl<F: Fn(&str) -> Option<Field>> Fields for F {
    fn field(&self, attribute: &str) -> ApiResult<Field> {
        self(attribute).ok_or_else(|| unknown(attribute))
    }
}

pub fn unknown(attribute: &str) -> ApiError {
    invalid(format!("there is no attribute '{attribute}'"))
}

/// An attribute that queries may name.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The column, or an expression over columns, in SQL.
    pub sql: String,
    pub shape: Shape,
    pub search: Search,
}

/// What lies in the column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Text, numbers and truth values as they are.
    Plain,
    /// Unix milliseconds that are asked for as a date.
    Millis,
    /// A date as [`iso`] writes it.
    Date,
    /// A list in JSON.
    List,
    /// Coordinates in JSON.
    Place,
}

/// What helps to find words in the attribute, or places.
#[derive(Debug, Clone, PartialEq)]
pub enum Search {
    /// Anywhere in the text, row by row.
    Scan,
    /// A table beside it whose ids are the values of `rows`: of words, or of rectangles around places.
    Index { rows: String, table: String, column: String },
    /// Not at all: a full-text index is missing.
    Missing,
}

impl Field {
    pub fn plain(sql: impl Into<String>) -> Self {
        Self { sql: sql.into(), shape: Shape::Plain, search: Search::Scan }
    }

    #[must_use]
    pub fn shaped(mut self, shape: Shape) -> Self {
        self.shape = shape;
        self
    }

    /// A value that is compared with this attribute.
    pub fn bind(&self, value: &Value) -> ApiResult<Sql> {
        match (self.shape, value) {
            (Shape::Millis | Shape::Date, Value::String(text)) => {
                let millis = parse_iso(text).ok_or_else(|| invalid(format!("'{text}' is no date")))?;
                Ok(if self.shape == Shape::Millis { Sql::Integer(millis) } else { Sql::Text(iso(millis)) })
            }
            (Shape::Millis | Shape::Date, Value::Null) => Ok(Sql::Null),
            (Shape::Millis | Shape::Date, _) => Err(invalid("a date is text".into())),
            (Shape::Plain | Shape::List | Shape::Place, value) => scalar(value),
        }
    }
}

fn scalar(value: &Value) -> ApiResult<Sql> {
    Ok(match value {
        Value::Null => Sql::Null,
        Value::Bool(yes) => Sql::Integer(i64::from(*yes)),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Sql::Integer(whole),
            (None, Some(real)) => Sql::Real(real),
            (None, None) => return Err(invalid("a number is out of range".into())),
        },
        Value::String(text) => Sql::Text(text.clone()),
        Value::Array(_) | Value::Object(_) => return Err(invalid("a value is a list or an object".into())),
    })
}
