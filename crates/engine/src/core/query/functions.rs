//! Functions that our SQL calls and SQLite does not bring.

use std::sync::Arc;

use geo::Geometry;
use regex::{Regex, RegexBuilder};
use rusqlite::{
    Connection,
    functions::{Context, FunctionFlags},
    types::ValueRef,
};

use super::{
    invalid,
    places::{self, Relation},
};
use crate::core::error::ApiResult;

type BoxedError = Box<dyn std::error::Error + Send + Sync>;

/// Bytes that a compiled expression may take.
const REGEX: usize = 1 << 20;

/// Makes the functions known to a connection: `matches(expression, text)`, `places_relate(relation, place, other)` and
/// `places_distance(place, other, in metres)`.
pub fn register(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("matches", 2, flags, |context| {
        let regex: Arc<Regex> = context.get_or_create_aux(0, |expression| -> Result<Regex, BoxedError> {
            Ok(compile(expression.as_str()?)?)
        })?;
        // Whatever the column holds is looked at as it is written.
        Ok(match context.get_raw(1) {
            ValueRef::Text(text) => Some(regex.is_match(&String::from_utf8_lossy(text))),
            ValueRef::Integer(number) => Some(regex.is_match(&number.to_string())),
            ValueRef::Real(number) => Some(regex.is_match(&number.to_string())),
            ValueRef::Null | ValueRef::Blob(_) => None,
        })
    })?;
    connection.create_scalar_function("places_relate", 3, flags, |context| {
        let relation = Relation::named(context.get_raw(0).as_str()?);
        let Some(relation) = relation else { return Ok(None) };
        Ok(places_at(context, 1)?.map(|(one, other)| relation.holds(&one, &other)))
    })?;
    connection.create_scalar_function("places_distance", 3, flags, |context| {
        let metres: bool = context.get(2)?;
        Ok(places_at(context, 0)?.map(|(one, other)| places::distance(&one, &other, metres)))
    })
}

/// The place of a row, and the one it is held against, which is read once for all rows. None where the row has none.
fn places_at(context: &Context<'_>, at: usize) -> rusqlite::Result<Option<(Geometry, Arc<Geometry>)>> {
    let other: Arc<Geometry> = context
        .get_or_create_aux(i32::try_from(at + 1).unwrap_or_default(), |value| {
            place(value.as_str()?).ok_or_else(|| BoxedError::from("no place"))
        })?;
    let Some(own) = context.get::<Option<String>>(at)? else { return Ok(None) };
    Ok(place(&own).map(|own| (own, other)))
}

fn place(text: &str) -> Option<Geometry> {
    places::read(&serde_json::from_str(text).ok()?)
}

/// An expression that takes time in proportion to the text, whatever it says.
pub fn check(expression: &str) -> ApiResult<()> {
    compile(expression).map(|_| ()).map_err(|error| invalid(error.to_string()))
}

fn compile(expression: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(expression).size_limit(REGEX).build()
}
