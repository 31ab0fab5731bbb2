//! Appwrite queries: parsed once from JSON, then compiled to SQL over known columns. Values are always bound.

use axum::http::StatusCode;
use rusqlite::{Connection, OptionalExtension as _, params_from_iter, types::Value as Sql};
use serde::Deserialize;
use serde_json::Value;

use super::{
    error::{ApiError, ApiResult},
    store::StoreError,
};

const MOST: usize = 100;
const LONGEST: usize = 4096;
const DEEPEST: usize = 5;
/// Rows of a page where nobody says otherwise.
const LIMIT: u32 = 25;
/// Counting stops here.
pub const TOTAL: u32 = 5000;

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

    /// Adds the condition that only rows behind the cursor fit, if there is one: those that differ first in the
    /// `n`th order column, for every `n`. `last` is the column that makes the order total, `key` finds a row by its
    /// id. Answers whether the page goes backwards: its rows come in reverse.
    pub fn seek(
        &mut self,
        connection: &Connection,
        table: &str,
        key: (&str, Vec<Sql>),
        last: &str,
    ) -> Result<bool, StoreError> {
        let backwards = self.before.is_some();
        let Some(cursor) = self.after.take().or(self.before.take()) else { return Ok(false) };
        let mut columns: Vec<(String, bool)> =
            self.order.iter().filter(|(column, _)| column != "random()").cloned().collect();
        columns.push((last.to_owned(), true));
        let names: Vec<&str> = columns.iter().map(|(column, _)| column.as_str()).collect();
        let (condition, mut values) = key;
        values.push(Sql::Text(cursor));
        let sql = format!("SELECT {} FROM {table} WHERE {condition} = ?", names.join(", "));
        let here: Option<Vec<Sql>> = connection
            .query_row(&sql, params_from_iter(values), |row| {
                (0..columns.len()).map(|index| row.get(index)).collect()
            })
            .optional()?;
        let here = here.ok_or_else(|| {
            ApiError::new(
                StatusCode::BAD_REQUEST,
                "general_cursor_not_found",
                "What the cursor names does not exist.",
            )
        })?;
        let mut parts = Vec::new();
        for (index, (column, ascending)) in columns.iter().enumerate() {
            let same: String =
                columns[..index].iter().map(|(column, _)| format!("{column} IS ? AND ")).collect();
            self.values.extend_from_slice(&here[..index]);
            // NULL sorts first in SQLite and compares with nothing.
            let part = match (*ascending != backwards, &here[index]) {
                (true, Sql::Null) => format!("({same}{column} IS NOT NULL)"),
                (false, Sql::Null) => format!("({same}0)"),
                (up, value) => {
                    self.values.push(value.clone());
                    if up {
                        format!("({same}{column} > ?)")
                    } else {
                        format!("({same}({column} < ? OR {column} IS NULL))")
                    }
                }
            };
            parts.push(part);
        }
        self.conditions.push(format!("({})", parts.join(" OR ")));
        Ok(backwards)
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

/// Parses `queries`; `column` answers an attribute's SQL or nothing where there is no such column.
pub fn parse(queries: &[String], column: &dyn Fn(&str) -> Option<String>) -> ApiResult<Page> {
    if queries.len() > MOST {
        return Err(invalid(format!("at most {MOST} queries")));
    }
    let mut page = Page {
        conditions: Vec::new(),
        values: Vec::new(),
        order: Vec::new(),
        limit: LIMIT,
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
        let named = |raw: &Raw| {
            let attribute = raw.attribute.as_deref().unwrap_or_default();
            column(attribute).ok_or_else(|| invalid(format!("there is no attribute '{attribute}'")))
        };
        match raw.method.as_str() {
            "limit" => page.limit = number(&raw)?.min(TOTAL),
            "offset" => page.offset = number(&raw)?,
            "cursorAfter" => page.after = Some(text_of(&raw)?),
            "cursorBefore" => page.before = Some(text_of(&raw)?),
            "orderAsc" => page.order.push((named(&raw)?, true)),
            "orderDesc" => page.order.push((named(&raw)?, false)),
            "orderRandom" => page.order.push(("random()".into(), true)),
            "select" => {
                page.select.extend(raw.values.iter().filter_map(|value| value.as_str().map(str::to_owned)));
            }
            _ => {
                let condition = compile(&raw, column, &mut page.values, 0)?;
                page.conditions.push(condition);
            }
        }
    }
    Ok(page)
}

fn compile(
    raw: &Raw,
    column: &dyn Fn(&str) -> Option<String>,
    values: &mut Vec<Sql>,
    depth: usize,
) -> ApiResult<String> {
    if depth > DEEPEST {
        return Err(invalid("the query is nested too deeply".into()));
    }
    if let Some(word) = match raw.method.as_str() {
        "and" => Some(" AND "),
        "or" => Some(" OR "),
        _ => None,
    } {
        let parts = raw
            .values
            .iter()
            .map(|value| {
                let inner: Raw = match value {
                    Value::String(text) => serde_json::from_str(text),
                    other => Raw::deserialize(other),
                }
                .map_err(|error| invalid(error.to_string()))?;
                compile(&inner, column, values, depth + 1)
            })
            .collect::<ApiResult<Vec<_>>>()?;
        if parts.is_empty() {
            return Err(invalid(format!("'{}' needs queries", raw.method)));
        }
        return Ok(format!("({})", parts.join(word)));
    }
    let attribute = raw.attribute.as_deref().unwrap_or_default();
    let name = column(attribute).ok_or_else(|| invalid(format!("there is no attribute '{attribute}'")))?;
    let any = |values: &mut Vec<Sql>, sql: &str, map: fn(String) -> String| -> ApiResult<String> {
        if raw.values.is_empty() {
            return Err(invalid(format!("'{}' needs a value", raw.method)));
        }
        let mut parts = Vec::new();
        for value in &raw.values {
            let bound = match bind(value)? {
                Sql::Text(text) => Sql::Text(map(text)),
                other => other,
            };
            values.push(bound);
            parts.push(format!("{name} {sql}"));
        }
        Ok(format!("({})", parts.join(" OR ")))
    };
    let same: fn(String) -> String = |text| text;
    let like = "LIKE ? ESCAPE '\\'";
    Ok(match raw.method.as_str() {
        "equal" => any(values, "IS ?", same)?,
        "notEqual" => format!("NOT {}", any(values, "IS ?", same)?),
        "lessThan" => any(values, "< ?", same)?,
        "lessThanEqual" => any(values, "<= ?", same)?,
        "greaterThan" => any(values, "> ?", same)?,
        "greaterThanEqual" => any(values, ">= ?", same)?,
        "startsWith" => any(values, like, |text| format!("{}%", escape(&text)))?,
        "endsWith" => any(values, like, |text| format!("%{}", escape(&text)))?,
        "contains" | "search" => any(values, like, |text| format!("%{}%", escape(&text)))?,
        "notContains" => format!("NOT {}", any(values, like, |text| format!("%{}%", escape(&text)))?),
        "isNull" => format!("({name} IS NULL)"),
        "isNotNull" => format!("({name} IS NOT NULL)"),
        "between" => {
            let [from, to] = raw.values.as_slice() else {
                return Err(invalid("'between' needs two values".into()));
            };
            values.extend([bind(from)?, bind(to)?]);
            format!("({name} BETWEEN ? AND ?)")
        }
        other => return Err(invalid(format!("the method '{other}' is not known"))),
    })
}

fn bind(value: &Value) -> ApiResult<Sql> {
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
        assert_eq!(
            page.conditions,
            ["(\"name\" IS ? OR \"name\" IS ?)", "((\"age\" < ?) OR (\"age\" IS NULL))"]
        );
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
