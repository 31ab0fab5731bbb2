//! One condition compiled to SQL. Names come from the known fields, values are bound.

use rusqlite::types::Value as Sql;
use serde::Deserialize as _;
use serde_json::Value;

use super::{
    Fields, Raw, escape,
    field::{Field, Search, Shape},
    functions, invalid, words,
};
use crate::core::error::ApiResult;

const DEEPEST: usize = 5;
/// Values of one condition at most.
const VALUES: usize = 500;

/// Compiles conditions and collects their values in the order of their places.
pub struct Compiler<'a> {
    pub fields: &'a dyn Fields,
    pub values: &'a mut Vec<Sql>,
    /// How many relationships lead to these fields.
    pub related: usize,
}

impl Compiler<'_> {
    pub fn condition(&mut self, raw: &Raw, depth: usize) -> ApiResult<String> {
        if depth > DEEPEST {
            return Err(invalid("the query is nested too deeply".into()));
        }
        if raw.values.len() > VALUES {
            return Err(invalid(format!("a condition has at most {VALUES} values")));
        }
        match raw.method.as_str() {
            "and" => return self.joined(raw, " AND ", depth),
            "or" => return self.joined(raw, " OR ", depth),
            "exists" => return self.present(raw, "IS NOT NULL"),
            "notExists" => return self.present(raw, "IS NULL"),
            _ => {}
        }
        let field = self.fields.field(raw.attribute.as_deref().unwrap_or_default())?;
        let name = &field.sql;
        match raw.method.as_str() {
            "isNull" => return Ok(format!("({name} IS NULL)")),
            "isNotNull" => return Ok(format!("({name} IS NOT NULL)")),
            _ => {}
        }
        if raw.values.is_empty() {
            return Err(invalid(format!("'{}' needs a value", raw.method)));
        }
        match field.shape {
            Shape::Plain | Shape::Millis | Shape::Date => self.of_one(&field, raw),
            Shape::List => self.of_list(&field, raw, depth),
            Shape::Place => self.of_place(&field, raw),
        }
    }

    fn joined(&mut self, raw: &Raw, word: &str, depth: usize) -> ApiResult<String> {
        let inner = inner(raw)?;
        let parts = if raw.method == "and" {
            self.all(inner, depth + 1)?
        } else {
            let each = inner.into_iter().map(|part| self.all(vec![part], depth + 1));
            each.collect::<ApiResult<Vec<_>>>()?.concat()
        };
        if parts.is_empty() {
            return Err(invalid(format!("'{}' needs queries", raw.method)));
        }
        Ok(format!("({})", parts.join(word)))
    }

    fn present(&self, raw: &Raw, test: &str) -> ApiResult<String> {
        let names = raw.values.iter().map(|value| {
            let name = value.as_str().ok_or_else(|| invalid(format!("'{}' needs attributes", raw.method)))?;
            Ok(format!("{} {test}", self.fields.field(name)?.sql))
        });
        let parts = names.collect::<ApiResult<Vec<_>>>()?;
        if parts.is_empty() {
            return Err(invalid(format!("'{}' needs attributes", raw.method)));
        }
        Ok(format!("({})", parts.join(" AND ")))
    }

    fn of_one(&mut self, field: &Field, raw: &Raw) -> ApiResult<String> {
        let name = &field.sql;
        let same: fn(&str) -> String = str::to_owned;
        let starts: fn(&str) -> String = |text| format!("{}%", escape(text));
        let ends: fn(&str) -> String = |text| format!("%{}", escape(text));
        let within: fn(&str) -> String = |text| format!("%{}%", escape(text));
        let like = "LIKE ? ESCAPE '\\'";
        Ok(match raw.method.as_str() {
            "equal" => self.equal(field, raw)?,
            // As people read it: what is empty is not equal to anything.
            "notEqual" => format!("({} IS NOT TRUE)", self.equal(field, raw)?),
            "lessThan" => self.any(field, raw, "< ?", same)?,
            "lessThanEqual" => self.any(field, raw, "<= ?", same)?,
            "greaterThan" => self.any(field, raw, "> ?", same)?,
            "greaterThanEqual" => self.any(field, raw, ">= ?", same)?,
            "startsWith" => self.any(field, raw, like, starts)?,
            "notStartsWith" => format!("NOT {}", self.any(field, raw, like, starts)?),
            "endsWith" => self.any(field, raw, like, ends)?,
            "notEndsWith" => format!("NOT {}", self.any(field, raw, like, ends)?),
            "contains" | "containsAny" => self.any(field, raw, like, within)?,
            "containsAll" => self.each(field, raw, like, within, " AND ")?,
            "notContains" => format!("NOT {}", self.any(field, raw, like, within)?),
            "search" => self.search(field, raw, false)?,
            "notSearch" => self.search(field, raw, true)?,
            "between" | "notBetween" => {
                let [from, to] = raw.values.as_slice() else {
                    return Err(invalid(format!("'{}' needs two values", raw.method)));
                };
                self.values.extend([field.bind(from)?, field.bind(to)?]);
                let not = if raw.method == "between" { "" } else { "NOT " };
                format!("({name} {not}BETWEEN ? AND ?)")
            }
            "regex" => {
                let expression = text(raw)?;
                functions::check(expression)?;
                self.values.push(Sql::Text(expression.to_owned()));
                format!("matches(?, {name})")
            }
            other => return Err(unknown(other)),
        })
    }

    /// `IN` where there are several, so that an index helps.
    fn equal(&mut self, field: &Field, raw: &Raw) -> ApiResult<String> {
        let name = &field.sql;
        let (mut places, mut parts) = (Vec::new(), Vec::new());
        for value in &raw.values {
            match field.bind(value)? {
                Sql::Null => parts.push(format!("{name} IS NULL")),
                value => {
                    self.values.push(value);
                    places.push("?");
                }
            }
        }
        match places.len() {
            0 => {}
            1 => parts.push(format!("{name} = ?")),
            _ => parts.push(format!("{name} IN ({})", places.join(", "))),
        }
        Ok(format!("({})", parts.join(" OR ")))
    }

    fn any(&mut self, field: &Field, raw: &Raw, test: &str, shaped: fn(&str) -> String) -> ApiResult<String> {
        self.each(field, raw, test, shaped, " OR ")
    }

    /// The test for every value, joined by `word`; text is `shaped` first.
    fn each(
        &mut self,
        field: &Field,
        raw: &Raw,
        test: &str,
        shaped: fn(&str) -> String,
        word: &str,
    ) -> ApiResult<String> {
        let mut parts = Vec::new();
        for value in &raw.values {
            let bound = match field.bind(value)? {
                Sql::Text(text) => Sql::Text(shaped(&text)),
                other => other,
            };
            self.values.push(bound);
            parts.push(format!("{} {test}", field.sql));
        }
        Ok(format!("({})", parts.join(word)))
    }

    fn search(&mut self, field: &Field, raw: &Raw, not: bool) -> ApiResult<String> {
        let wanted = text(raw)?;
        match &field.search {
            Search::Scan => {
                self.values.push(Sql::Text(format!("%{}%", escape(wanted))));
                let not = if not { "NOT " } else { "" };
                Ok(format!("({not}{} LIKE ? ESCAPE '\\')", field.sql))
            }
            Search::Index { rows, table, column } => {
                let Some(expression) = words::expression(column, wanted) else {
                    return Ok(if not { "(1)" } else { "(0)" }.to_owned());
                };
                self.values.push(Sql::Text(expression));
                let not = if not { "NOT " } else { "" };
                Ok(format!("({rows} {not}IN (SELECT rowid FROM {table} WHERE {table} MATCH ?))"))
            }
            Search::Missing => Err(invalid(format!(
                "searching by '{}' requires a fulltext index",
                raw.attribute.as_deref().unwrap_or_default()
            ))),
        }
    }

    fn of_list(&mut self, field: &Field, raw: &Raw, depth: usize) -> ApiResult<String> {
        let list = &field.sql;
        match raw.method.as_str() {
            "contains" | "containsAny" => self.element_of(field, raw),
            "notContains" => Ok(format!("NOT {}", self.element_of(field, raw)?)),
            "containsAll" => {
                let mut parts = Vec::new();
                for value in &raw.values {
                    self.values.push(field.bind(value)?);
                    parts.push(format!("EXISTS (SELECT 1 FROM json_each({list}) WHERE value = ?)"));
                }
                Ok(format!("({})", parts.join(" AND ")))
            }
            "elemMatch" => {
                // The elements are no objects, so the queries speak of the element itself.
                let own = raw.attribute.as_deref().unwrap_or_default();
                let element =
                    |name: &str| (name.is_empty() || name == own).then(|| Field::plain("element.value"));
                let mut within = Compiler { fields: &element, values: self.values, related: self.related };
                let all = within.all(inner(raw)?, depth + 1)?.join(" AND ");
                Ok(format!("EXISTS (SELECT 1 FROM json_each({list}) AS element WHERE {all})"))
            }
            other => Err(invalid(format!("'{other}' does not go with a list"))),
        }
    }

    fn element_of(&mut self, field: &Field, raw: &Raw) -> ApiResult<String> {
        for value in &raw.values {
            self.values.push(field.bind(value)?);
        }
        let places = vec!["?"; raw.values.len()].join(", ");
        Ok(format!("EXISTS (SELECT 1 FROM json_each({}) WHERE value IN ({places}))", field.sql))
    }
}

/// The queries within a query, as objects or as text.
fn inner(raw: &Raw) -> ApiResult<Vec<Raw>> {
    let parsed = raw.values.iter().map(|value| {
        let inner = match value {
            Value::String(text) => serde_json::from_str(text),
            other => Raw::deserialize(other),
        };
        inner.map_err(|error| invalid(error.to_string()))
    });
    parsed.collect()
}

fn text(raw: &Raw) -> ApiResult<&str> {
    let text = raw.values.first().and_then(Value::as_str);
    text.ok_or_else(|| invalid(format!("'{}' needs text", raw.method)))
}

pub fn unknown(method: &str) -> crate::core::error::ApiError {
    invalid(format!("the method '{method}' is not known"))
}
