//! Functions that our SQL calls and SQLite does not bring.

use std::sync::Arc;

use geo::Geometry;
use regex::{Regex, RegexBuilder};
use rusqlite::{
    Connection,
    functions::{Context, FunctionFlags},
    types::ValueRef,
};
use serde_json::Number;

use super::{
    invalid,
    places::{self, Relation},
};
use crate::core::{error::ApiResult, store::patience};

type BoxedError = Box<dyn std::error::Error + Send + Sync>;

/// Bytes that a compiled expression may take.
const REGEX: usize = 1 << 20;

/// Makes the functions known to a connection: `matches(expression, text)`, `places_relate(relation, place, other)` and
/// `places_distance(place, other, in metres)`.
pub fn register(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("matches", 2, flags, |context| {
        in_time()?;
        let regex: Arc<Regex> = context.get_or_create_aux(0, |expression| -> Result<Regex, BoxedError> {
            Ok(compile(expression.as_str()?)?)
        })?;
        // Whatever the column holds is looked at as it is answered in JSON.
        Ok(match context.get_raw(1) {
            ValueRef::Text(text) => Some(regex.is_match(&String::from_utf8_lossy(text))),
            ValueRef::Integer(number) => Some(regex.is_match(&number.to_string())),
            ValueRef::Real(number) => Number::from_f64(number).map(|it| regex.is_match(&it.to_string())),
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
    in_time()?;
    let other: Arc<Geometry> = context
        .get_or_create_aux(i32::try_from(at + 1).unwrap_or_default(), |value| {
            place(value.as_str()?).ok_or_else(|| BoxedError::from("no place"))
        })?;
    let Some(own) = context.get::<Option<String>>(at)? else { return Ok(None) };
    Ok(place(&own).map(|own| (own, other)))
}

/// One call of a function may take as long as a thousand steps of SQLite's own.
fn in_time() -> rusqlite::Result<()> {
    if patience::is_over() {
        return Err(rusqlite::Error::UserFunctionError("the time is over".into()));
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_expression_sees_what_json_answers() {
        let connection = Connection::open_in_memory().expect("database");
        register(&connection).expect("registered");
        connection
            .execute_batch("CREATE TABLE t (real REAL, whole INTEGER, text TEXT) STRICT")
            .expect("made");
        let sees = |column: &str, expression: &str| -> Option<bool> {
            let sql = format!("SELECT matches(?1, {column}) FROM t");
            connection.query_row(&sql, [expression], |row| row.get(0)).expect("asked")
        };
        for number in [0.0, 1.0, -2.5, 0.1, 1e16, 123_456_789.0, 1e300, f64::MIN_POSITIVE] {
            connection.execute("DELETE FROM t", []).expect("emptied");
            connection.execute("INSERT INTO t (real) VALUES (?1)", [number]).expect("kept");
            let answered = format!("^{}$", regex::escape(&json!(number).to_string()));
            assert_eq!(sees("real", &answered), Some(true), "{answered}");
        }
        connection.execute("DELETE FROM t", []).expect("emptied");
        connection.execute("INSERT INTO t VALUES (1, 7, 'seven')", []).expect("kept");
        assert_eq!(sees("real", "^1$"), Some(false));
        assert_eq!(
            (sees("whole", "^7$"), sees("text", "^s.*n$"), sees("NULL", "")),
            (Some(true), Some(true), None)
        );
    }
}
