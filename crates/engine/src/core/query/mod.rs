//! Appwrite queries: parsed once from JSON, then compiled to SQL over known columns. Values are always bound.

mod condition;
mod cursor;
mod field;
pub mod functions;
mod listing;
mod of_place;
mod of_related;
mod places;
mod words;

#[cfg(test)]
mod hostile;

use axum::http::StatusCode;
use rusqlite::types::Value as Sql;
use serde::Deserialize;
use serde_json::{Value, json};

use self::condition::Compiler;
pub use self::{
    field::{Field, Fields, Search, Shape, unknown},
    listing::{List, Source, answer},
    of_related::Related,
};
use super::error::{ApiError, ApiResult};

const MOST: usize = 100;
const LONGEST: usize = 4096;
/// Values of all conditions together; SQLite binds some thirty thousand.
const BOUND: usize = 5000;
/// Attributes that are selected; each related one may be a look into the database.
const SELECTED: usize = 300;
/// Rows of a page where nobody says otherwise.
const LIMIT: u32 = 25;
/// Counting stops here.
pub const TOTAL: u32 = 5000;
/// Permissions that are looked for one after another. Somebody in many teams has hundreds.
const FEW: usize = 24;
/// The order of `orderRandom` in SQL.
const RANDOM: &str = "random()";

/// A query as SDKs write it.
#[derive(Debug, Clone, Deserialize)]
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
        let (condition, values) = with_one_of(column, opening);
        self.conditions.push(condition);
        self.values.extend(values);
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

/// The condition that a list of permissions in `column` has one of `opening`, and its values. A list is JSON as serde writes
/// it, so it has a permission exactly where it has that one's own JSON: to look for this costs a fraction of reading it.
pub fn with_one_of(column: &str, opening: Vec<String>) -> (String, Vec<Sql>) {
    match opening.len() {
        0 => ("(FALSE)".to_owned(), Vec::new()),
        few @ 1..=FEW => {
            let condition = format!("({})", vec![format!("instr({column}, ?)"); few].join(" OR "));
            let written = opening.into_iter().map(|one| Sql::Text(json!(one).to_string()));
            (condition, written.collect())
        }
        many => {
            let places = vec!["?"; many].join(", ");
            let condition = format!("EXISTS (SELECT 1 FROM json_each({column}) WHERE value IN ({places}))");
            (condition, opening.into_iter().map(Sql::Text).collect())
        }
    }
}

/// Parses queries over plain columns; `column` answers an attribute's SQL. Attributes that end in `At` and begin with
/// `$` are times, which lie as milliseconds everywhere.
pub fn parse(queries: &[String], column: &dyn Fn(&str) -> Option<String>) -> ApiResult<Page> {
    parse_fields(queries, &|name: &str| {
        let is_time = name.starts_with('$') && name.ends_with("At");
        let field = Field::plain(column(name)?);
        Some(if is_time { field.shaped(Shape::Millis) } else { field })
    })
}

/// Parses queries over fields of every shape.
pub fn parse_fields(queries: &[String], fields: &dyn Fields) -> ApiResult<Page> {
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
    let mut conditions = Vec::new();
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
                if page.select.len() > SELECTED {
                    return Err(invalid(format!("at most {SELECTED} attributes are selected")));
                }
            }
            _ => conditions.push(raw),
        }
    }
    page.conditions = Compiler { fields, values: &mut page.values, related: 0 }.all(conditions, 0)?;
    if page.values.len() > BOUND {
        return Err(invalid(format!("the queries have at most {BOUND} values together")));
    }
    Ok(page)
}

/// An order without an attribute is the order of making.
fn ordering(raw: &Raw, fields: &dyn Fields) -> ApiResult<String> {
    let attribute = raw.attribute.as_deref().filter(|name| !name.is_empty()).unwrap_or("$sequence");
    if let Some((key, _)) = attribute.split_once('.')
        && fields.related(attribute)?.is_some()
    {
        return Err(invalid(format!("cannot order by nested attribute: {key}")));
    }
    let field = fields.field(attribute)?;
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

/// What is wrong with a query.
pub fn invalid(mut message: String) -> ApiError {
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

    #[test]
    fn a_list_has_a_permission_or_one_that_only_looks_like_it() {
        let c = rusqlite::Connection::open_in_memory().expect("opened");
        let opens = |list: &[&str], opening: &[&str]| {
            let (condition, values) =
                with_one_of("?1", opening.iter().map(|one| (*one).to_owned()).collect());
            // The list is the first value, what opens comes after it.
            let values = [Sql::Text(json!(list).to_string())].into_iter().chain(values);
            let sql = format!("SELECT {condition} FROM (SELECT ?1)");
            c.query_row(&sql, rusqlite::params_from_iter(values), |row| row.get::<_, bool>(0)).expect("asked")
        };
        let list = ["read(\"user:ada\")", "update(\"team:t/owner\")"];
        let many: Vec<String> = (0..100).map(|n| format!("read(\"team:{n}\")")).collect();
        let mut many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(opens(&list, &["read(\"any\")", "read(\"user:ada\")"]));
        assert!(!opens(&list, &["read(\"user:ad\")", "read(\"user:adaa\")", "ead(\"user:ada\")", "read"]));
        assert!(!opens(&list, &[]) && !opens(&[], &["read(\"any\")"]));
        assert!(!opens(&list, &many));
        many.push("update(\"team:t/owner\")");
        assert!(opens(&list, &many));
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
