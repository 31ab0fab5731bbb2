//! Appwrite queries: parsed once from JSON, then compiled to SQL over known columns. Values are always bound.

mod condition;
mod cursor;
mod field;
pub mod functions;
mod listing;
mod of_place;
mod places;
mod words;

use axum::http::StatusCode;
use rusqlite::types::Value as Sql;
use serde::Deserialize;
use serde_json::Value;

use self::condition::Compiler;
pub use self::{
    field::{Field, Search, Shape},
    listing::Source,
};
use super::error::{ApiError, ApiResult};

const MOST: usize = 100;
const LONGEST: usize = 4096;
/// Rows of a page where nobody says otherwise.
const LIMIT: u32 = 25;
/// Counting stops here.
pub const TOTAL: u32 = 5000;
/// The order of `orderRandom` in SQL.
const RANDOM: &str = "random()";

/// A query as SDKs write it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Raw {
    pub method: String,
    #[serde(default)]
    pub attribute: Option<String>,
    #[serde(default)]
    pub values: Vec<Value>,
}

/// A page of a list, ready to run.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Conditions in SQL, each in parentheses, with `?` for values.
    pub conditions: Vec<String>,
    pub values: Vec<Sql>,
    /// `(column in SQL, ascending)`.
    pub order: Vec<(String, bool)>,
    pub limit: u32,
    /// Whether a limit was asked for.
    pub limited: bool,
    pub offset: u32,
    pub after: Option<String>,
    pub before: Option<String>,
    /// Attributes that were selected; empty means all.
    pub select: Vec<String>,
}

impl Page {
    /// Keeps the rows whose list of permissions in `column` has one of `opening`.
    pub fn only_with(&mut self, column: &str, opening: Vec<String>) {
        let places = vec!["?"; opening.len()].join(", ");
        self.conditions.push(format!("EXISTS (SELECT 1 FROM json_each({column}) WHERE value IN ({places}))"));
        self.values.extend(opening.into_iter().map(Sql::Text));
    }

    /// Keeps the rows whose `column` has `words` in it, in upper or lower case.
    pub fn containing(&mut self, column: &str, words: &str) {
        self.conditions.push(format!("{column} LIKE ? ESCAPE '\\'"));
        self.values.push(Sql::Text(format!("%{}%", escape(words))));
    }

    /// The conditions as a `WHERE`, nothing where there are none.
    pub fn filter(&self) -> String {
        if self.conditions.is_empty() {
            String::new()
        } else {
            format!(" WHERE {}", self.conditions.join(" AND "))
        }
    }

    /// The order in SQL, made total by `last`; `backwards` turns every direction round.
    pub fn order_sql(&self, last: &str, backwards: bool) -> String {
        let directed = |(column, ascending): (&str, bool)| {
            format!("{column} {}", if ascending == backwards { "DESC" } else { "ASC" })
        };
        let given = self.order.iter().map(|(column, ascending)| (column.as_str(), *ascending));
        given.chain([(last, true)]).map(directed).collect::<Vec<_>>().join(", ")
    }
}

/// Finds the field of an attribute; none where there is no such attribute.
pub type Fields<'a> = &'a dyn Fn(&str) -> Option<Field>;

/// Parses queries over plain columns; `column` answers an attribute's SQL. Attributes that end in `At` and begin with
/// `$` are times, which lie as milliseconds everywhere.
pub fn parse(queries: &[String], column: &dyn Fn(&str) -> Option<String>) -> ApiResult<Page> {
    parse_fields(queries, &|name| {
        let is_time = name.starts_with('$') && name.ends_with("At");
        let field = Field::plain(column(name)?);
        Some(if is_time { field.shaped(Shape::Millis) } else { field })
    })
}

/// Parses queries over fields of every shape.
pub fn parse_fields(queries: &[String], fields: Fields<'_>) -> ApiResult<Page> {
    if queries.len() > MOST {
        return Err(invalid(format!("at most {MOST} queries")));
    }
    let mut page = Page {
        conditions: Vec::new(),
        values: Vec::new(),
        order: Vec::new(),
        limit: LIMIT,
        limited: false,
        offset: 0,
        after: None,
        before: None,
        select: Vec::new(),
    };
    for text in queries {
        if text.len() > LONGEST {
            return Err(invalid(format!("a query has at most {LONGEST} characters")));
        }
        let raw: Raw = serde_json::from_str(text).map_err(|error| invalid(error.to_string()))?;
        match raw.method.as_str() {
            "limit" => (page.limit, page.limited) = (number(&raw)?.min(TOTAL), true),
            "offset" => page.offset = number(&raw)?,
            "cursorAfter" => page.after = Some(text_of(&raw)?),
            "cursorBefore" => page.before = Some(text_of(&raw)?),
            "orderAsc" => page.order.push((ordering(&raw, fields)?, true)),
            "orderDesc" => page.order.push((ordering(&raw, fields)?, false)),
            "orderRandom" => page.order.push((RANDOM.into(), true)),
            "select" => {
                page.select.extend(raw.values.iter().filter_map(|value| value.as_str().map(str::to_owned)));
            }
            _ => {
                let condition = Compiler { fields, values: &mut page.values }.condition(&raw, 0)?;
                page.conditions.push(condition);
            }
        }
    }
    Ok(page)
}

/// An order without an attribute is the order of making.
fn ordering(raw: &Raw, fields: Fields<'_>) -> ApiResult<String> {
    let attribute = raw.attribute.as_deref().filter(|name| !name.is_empty()).unwrap_or("$sequence");
    let field = fields(attribute).ok_or_else(|| invalid(format!("there is no attribute '{attribute}'")))?;
    if matches!(field.shape, Shape::List | Shape::Place) {
        return Err(invalid(format!("'{attribute}' has no order")));
    }
    Ok(field.sql)
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

fn number(raw: &Raw) -> ApiResult<u32> {
    let number = raw.values.first().and_then(Value::as_u64).and_then(|number| u32::try_from(number).ok());
    number.ok_or_else(|| invalid(format!("'{}' needs a number", raw.method)))
}

fn text_of(raw: &Raw) -> ApiResult<String> {
    let text = raw.values.first().and_then(Value::as_str).map(str::to_owned);
    text.ok_or_else(|| invalid(format!("'{}' needs an id", raw.method)))
}

fn invalid(mut message: String) -> ApiError {
    message.insert_str(0, "Invalid query: ");
    ApiError::new(StatusCode::BAD_REQUEST, "general_query_invalid", message)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn column(name: &str) -> Option<String> {
        ["name", "age"].contains(&name).then(|| format!("\"{name}\""))
    }

    fn page(queries: &[&str]) -> ApiResult<Page> {
        parse(&queries.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>(), &column)
    }

    #[test]
    fn values_are_bound_and_names_are_known() {
        let page = page(&[
            r#"{"method":"equal","attribute":"name","values":["a'; DROP TABLE user; --","b"]}"#,
            r#"{"method":"or","values":[{"method":"lessThan","attribute":"age","values":[3]},{"method":"isNull","attribute":"age"}]}"#,
            r#"{"method":"orderDesc","attribute":"age"}"#,
            r#"{"method":"limit","values":[7]}"#,
        ])
        .expect("valid");
        assert_eq!(page.conditions, ["(\"name\" IN (?, ?))", "((\"age\" < ?) OR (\"age\" IS NULL))"]);
        assert_eq!(page.values.len(), 3);
        assert_eq!(page.order, [("\"age\"".to_owned(), false)]);
        assert_eq!(page.limit, 7);
    }

    #[test]
    fn what_is_no_query_is_refused() {
        let deep = (0..10).fold(r#"{"method":"isNull","attribute":"age"}"#.to_owned(), |inner, _| {
            format!(r#"{{"method":"or","values":[{inner}]}}"#)
        });
        for bad in [
            "limit(3)",
            r#"{"method":"equal","attribute":"age\" OR 1=1 --","values":[1]}"#,
            r#"{"method":"equal","attribute":"name","values":[]}"#,
            r#"{"method":"limit","values":["x"]}"#,
            r#"{"method":"drop","attribute":"name","values":[1]}"#,
            &deep,
        ] {
            assert_eq!(page(&[bad]).map_err(|e| e.kind).err(), Some("general_query_invalid"), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in ".{0,200}") {
            let _ = page(&[&text]);
        }

        #[test]
        fn as_many_places_as_values(method in "[a-zA-Z]{0,16}", values in proptest::collection::vec("[a-z%_]{0,4}", 0..4)) {
            let text = serde_json::json!({"method": method, "attribute": "name", "values": values}).to_string();
            if let Ok(page) = page(&[&text]) {
                prop_assert_eq!(page.conditions.join("").matches('?').count(), page.values.len());
            }
        }
    }
}
