//! Functions that our SQL calls and SQLite does not bring.

use regex::{Regex, RegexBuilder};
use rusqlite::{Connection, functions::FunctionFlags};

use super::invalid;
use crate::core::error::ApiResult;

type BoxedError = Box<dyn std::error::Error + Send + Sync>;

/// Bytes that a compiled expression may take.
const REGEX: usize = 1 << 20;

/// Makes the functions known to a connection: `matches(expression, text)`.
pub fn register(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("matches", 2, flags, |context| {
        let regex: std::sync::Arc<Regex> = context
            .get_or_create_aux(0, |expression| -> Result<Regex, BoxedError> {
                Ok(compile(expression.as_str()?)?)
            })?;
        Ok(context.get::<Option<String>>(1)?.map(|text| regex.is_match(&text)))
    })
}

/// An expression that takes time in proportion to the text, whatever it says.
pub fn check(expression: &str) -> ApiResult<()> {
    compile(expression).map(|_| ()).map_err(|error| invalid(error.to_string()))
}

fn compile(expression: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(expression).size_limit(REGEX).build()
}
