//! Queries on a subscription: which events are wanted, decided by the payload.

use serde::Deserialize as _;
use serde_json::Value;
use std::cmp::Ordering;

use crate::core::{
    error::{ApiError, ApiResult},
    query::Raw,
};

const DEEPEST: usize = 5;
const MOST: usize = 100;
const LONGEST: usize = 4096;

/// All of them must fit.
#[derive(Debug, Default)]
pub struct Filter {
    conditions: Vec<Condition>,
}

#[derive(Debug)]
enum Condition {
    And(Vec<Condition>),
    Or(Vec<Condition>),
    Compare { attribute: String, test: Test, values: Vec<Value> },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Test {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    IsNull,
    IsNotNull,
}

impl Filter {
    /// `select(["*"])` is how an SDK says "everything".
    pub fn parse(queries: &[String]) -> ApiResult<Self> {
        if queries.len() > MOST {
            return Err(invalid("at most 100 queries"));
        }
        let mut conditions = Vec::new();
        for text in queries {
            if text.len() > LONGEST {
                return Err(invalid("a query has at most 4096 characters"));
            }
            let raw: Raw = serde_json::from_str(text).map_err(|_| invalid("it cannot be read"))?;
            if raw.method != "select" {
                conditions.push(condition(raw, 0)?);
            }
        }
        Ok(Self { conditions })
    }

    pub fn fits(&self, payload: &Value) -> bool {
        self.conditions.iter().all(|condition| condition.fits(payload))
    }
}

fn condition(raw: Raw, depth: usize) -> ApiResult<Condition> {
    if depth > DEEPEST {
        return Err(invalid("it is nested too deeply"));
    }
    if raw.method == "and" || raw.method == "or" {
        let parts = raw.values.iter().map(|value| {
            let inner = match value {
                Value::String(text) => serde_json::from_str(text),
                other => Raw::deserialize(other),
            };
            condition(inner.map_err(|_| invalid("it cannot be read"))?, depth + 1)
        });
        let parts = parts.collect::<ApiResult<Vec<_>>>()?;
        return Ok(if raw.method == "and" { Condition::And(parts) } else { Condition::Or(parts) });
    }
    let test = match raw.method.as_str() {
        "equal" => Test::Equal,
        "notEqual" => Test::NotEqual,
        "lessThan" => Test::Less,
        "lessThanEqual" => Test::LessEqual,
        "greaterThan" => Test::Greater,
        "greaterThanEqual" => Test::GreaterEqual,
        "isNull" => Test::IsNull,
        "isNotNull" => Test::IsNotNull,
        _ => return Err(invalid("realtime does not know the method")),
    };
    let attribute = raw.attribute.ok_or_else(|| invalid("the attribute is missing"))?;
    Ok(Condition::Compare { attribute, test, values: raw.values })
}

impl Condition {
    fn fits(&self, payload: &Value) -> bool {
        match self {
            Self::And(parts) => parts.iter().all(|part| part.fits(payload)),
            Self::Or(parts) => parts.iter().any(|part| part.fits(payload)),
            Self::Compare { attribute, test, values } => {
                let own = payload.get(attribute).unwrap_or(&Value::Null);
                let any = |fits: fn(Ordering) -> bool| {
                    values.iter().any(|value| compare(own, value).is_some_and(fits))
                };
                match test {
                    Test::Equal => values.iter().any(|value| same(own, value)),
                    Test::NotEqual => !values.iter().any(|value| same(own, value)),
                    Test::Less => any(Ordering::is_lt),
                    Test::LessEqual => any(Ordering::is_le),
                    Test::Greater => any(Ordering::is_gt),
                    Test::GreaterEqual => any(Ordering::is_ge),
                    Test::IsNull => own.is_null(),
                    Test::IsNotNull => !own.is_null(),
                }
            }
        }
    }
}

fn same(one: &Value, other: &Value) -> bool {
    one == other || compare(one, other) == Some(Ordering::Equal)
}

/// Numbers with numbers, texts with texts; nothing else has an order.
fn compare(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64()?.partial_cmp(&other.as_f64()?),
        (Value::String(one), Value::String(other)) => Some(one.cmp(other)),
        _ => None,
    }
}

fn invalid(what: &str) -> ApiError {
    ApiError::new(
        axum::http::StatusCode::BAD_REQUEST,
        "general_query_invalid",
        format!("Invalid query: {what}."),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::core::arbitrary::leaf;

    fn fits(query: &Value, payload: &Value) -> bool {
        Filter::parse(&[query.to_string()]).expect("valid").fits(payload)
    }

    #[test]
    fn payloads_are_compared() {
        let row = json!({ "name": "b", "rank": 2, "gone": null });
        let query = |method: &str, attribute: &str, values: Value| json!({ "method": method, "attribute": attribute, "values": values });
        for (method, attribute, values, expected) in [
            ("equal", "rank", json!([1, 2.0]), true),
            ("equal", "rank", json!(["2"]), false),
            ("notEqual", "rank", json!([3]), true),
            ("greaterThan", "name", json!(["a"]), true),
            ("lessThan", "missing", json!([1]), false),
            ("isNull", "gone", json!([]), true),
            ("isNotNull", "missing", json!([]), false),
        ] {
            assert_eq!(fits(&query(method, attribute, values), &row), expected, "{method} {attribute}");
        }
        let either = json!({ "method": "or", "values": [
            query("equal", "rank", json!([9])), query("equal", "name", json!(["b"])),
        ] });
        assert!(fits(&either, &row));
        assert!(fits(&json!({ "method": "select", "values": ["*"] }), &row));
        assert!(Filter::parse(&[query("regex", "name", json!([".*"])).to_string()]).is_err());
    }

    /// JSON of every shape, often a query within.
    fn any_json() -> impl Strategy<Value = Value> {
        leaf(".{0,6}").prop_recursive(6, 32, 4, |inner| {
            let method = "(and|or|equal|notEqual|lessThan|greaterThanEqual|isNull|select|.{0,4})";
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                (method, "(a|b|.{0,2})", proptest::collection::vec(inner, 0..4)).prop_map(
                    |(method, attribute, values)| json!({ "method": method, "attribute": attribute, "values": values })
                ),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_is_read_as_a_filter_decides(query in any_json(), own in any_json(), text in any::<bool>()) {
            let query = if text { json!({ "method": "or", "values": [query.to_string()] }) } else { query };
            if let Ok(filter) = Filter::parse(&[query.to_string()]) {
                let _ = filter.fits(&json!({ "a": own, "b": 1 }));
            }
        }

        #[test]
        fn nothing_panics(text in ".{0,200}") {
            let _ = Filter::parse(&[text]);
        }
    }
}
