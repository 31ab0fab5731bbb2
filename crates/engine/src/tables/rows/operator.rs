//! Operators: a new value that is made from the one that is there. SDKs write them as JSON in place of the value.

use std::{cmp::Ordering, collections::HashSet};

use serde::Deserialize;
use serde_json::{Number, Value, json};

use super::data::invalid;
use crate::{
    core::{
        clock::{iso, parse_iso},
        error::ApiResult,
    },
    tables::columns::{Column, Kind, LARGEST, compare},
};

const DAY: i64 = 86_400_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operator {
    method: Method,
    #[serde(default)]
    values: Vec<Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Method {
    Increment,
    Decrement,
    Multiply,
    Divide,
    Modulo,
    Power,
    ArrayAppend,
    ArrayPrepend,
    ArrayInsert,
    ArrayRemove,
    ArrayUnique,
    ArrayIntersect,
    ArrayDiff,
    ArrayFilter,
    StringConcat,
    StringReplace,
    Toggle,
    DateAddDays,
    DateSubDays,
    DateSetNow,
}

impl Operator {
    /// The operator that a value is, if it is one.
    pub fn of(value: &Value) -> Option<Self> {
        value.as_str().filter(|text| text.starts_with('{')).and_then(|text| serde_json::from_str(text).ok())
    }

    /// The new value; what the column then says to it is not asked here.
    pub fn apply(&self, column: &Column, known: &Value, now: i64) -> ApiResult<Value> {
        use Method::{
            ArrayAppend, ArrayDiff, ArrayFilter, ArrayInsert, ArrayIntersect, ArrayPrepend, ArrayRemove,
            ArrayUnique, DateAddDays, DateSetNow, DateSubDays, Decrement, Divide, Increment, Modulo,
            Multiply, Power, StringConcat, StringReplace, Toggle,
        };
        let made = match self.method {
            Increment | Decrement | Multiply | Divide | Modulo | Power
                if column.kind.is_number() && !column.array =>
            {
                self.number(column, known)
            }
            ArrayAppend | ArrayPrepend | ArrayInsert | ArrayRemove | ArrayUnique | ArrayIntersect
            | ArrayDiff | ArrayFilter
                if column.array =>
            {
                self.list(known.as_array().cloned().unwrap_or_default())
            }
            StringConcat | StringReplace if column.kind.sql() == "TEXT" && !column.array => self.text(known),
            Toggle if column.kind == Kind::Boolean && !column.array => {
                Some(json!(!known.as_bool().unwrap_or(false)))
            }
            DateAddDays | DateSubDays | DateSetNow if column.kind == Kind::Datetime && !column.array => {
                self.date(known, now)
            }
            _ => None,
        };
        made.ok_or_else(|| invalid(&format!("the operator does not go with '{}'", column.key)))
    }

    /// The second value is a bound at which the result stays.
    fn number(&self, column: &Column, known: &Value) -> Option<Value> {
        let zero = Number::from(0);
        let (one, other) = (known.as_number().unwrap_or(&zero), self.values.first()?.as_number()?);
        let whole = match (one.as_i64(), other.as_i64(), self.method) {
            (Some(one), Some(other), Method::Increment) => one.checked_add(other),
            (Some(one), Some(other), Method::Decrement) => one.checked_sub(other),
            (Some(one), Some(other), Method::Multiply) => one.checked_mul(other),
            (Some(one), Some(other), Method::Modulo) => one.checked_rem(other),
            _ => None,
        };
        let made = match whole {
            Some(whole) => Number::from(whole),
            None => real(column, self.method, one.as_f64()?, other.as_f64()?)?,
        };
        let Some(bound) = self.values.get(1).and_then(Value::as_number) else { return Some(json!(made)) };
        let wrong = match self.method {
            Method::Decrement | Method::Divide => Ordering::Less,
            _ => Ordering::Greater,
        };
        Some(json!(if compare(&made, bound) == Some(wrong) { bound.clone() } else { made }))
    }

    fn list(&self, mut list: Vec<Value>) -> Option<Value> {
        match self.method {
            Method::ArrayAppend => list.extend(self.values.iter().cloned()),
            Method::ArrayPrepend => drop(list.splice(0..0, self.values.iter().cloned())),
            Method::ArrayInsert => {
                let place = usize::try_from(self.values.first()?.as_u64()?).ok()?;
                list.insert(place.min(list.len()), self.values.get(1)?.clone());
            }
            Method::ArrayRemove => {
                let gone = self.values.first()?;
                list.retain(|value| value != gone);
            }
            Method::ArrayUnique => {
                let mut seen = HashSet::new();
                list.retain(|value| seen.insert(value.to_string()));
            }
            Method::ArrayIntersect | Method::ArrayDiff => {
                let others: HashSet<String> = self.values.iter().map(Value::to_string).collect();
                let wanted = self.method == Method::ArrayIntersect;
                list.retain(|value| others.contains(&value.to_string()) == wanted);
            }
            Method::ArrayFilter => {
                let (test, other) = (self.values.first()?.as_str()?, self.values.get(1));
                let tests: Vec<bool> =
                    list.iter().map(|value| fits(test, value, other)).collect::<Option<_>>()?;
                let mut tests = tests.into_iter();
                list.retain(|_| tests.next().unwrap_or(false));
            }
            _ => return None,
        }
        Some(Value::Array(list))
    }

    fn text(&self, known: &Value) -> Option<Value> {
        let known = known.as_str().unwrap_or_default();
        let first = self.values.first()?.as_str()?;
        Some(json!(match self.method {
            Method::StringConcat => format!("{known}{first}"),
            _ if first.is_empty() => known.to_owned(),
            _ => {
                let other = self.values.get(1)?.as_str()?;
                // Looked at before it is made: each place may become far larger than it was.
                let grown = known.matches(first).count().checked_mul(other.len())?;
                (grown <= LARGEST).then(|| known.replace(first, other))?
            }
        }))
    }

    fn date(&self, known: &Value, now: i64) -> Option<Value> {
        if self.method == Method::DateSetNow {
            return Some(json!(iso(now)));
        }
        let days = self.values.first()?.as_i64()?.checked_mul(DAY)?;
        let known = parse_iso(known.as_str()?)?;
        let moved = if self.method == Method::DateAddDays {
            known.checked_add(days)
        } else {
            known.checked_sub(days)
        }?;
        chrono::DateTime::from_timestamp_millis(moved).map(|_| json!(iso(moved)))
    }
}

/// Whole columns get whole numbers, rounded.
fn real(column: &Column, method: Method, one: f64, other: f64) -> Option<Number> {
    let made = match method {
        Method::Increment => one + other,
        Method::Decrement => one - other,
        Method::Multiply => one * other,
        Method::Divide if other != 0.0 => one / other,
        Method::Modulo if other != 0.0 => one % other,
        Method::Power => one.powf(other),
        _ => return None,
    };
    if !column.kind.is_whole() {
        return Number::from_f64(made);
    }
    // Beyond this, neighbouring whole numbers are the same to a double.
    (made.abs() < 9e15).then(|| Number::from(made.round() as i64))
}

fn fits(test: &str, value: &Value, other: Option<&Value>) -> Option<bool> {
    let other = other.unwrap_or(&Value::Null);
    let order = || match (value, other) {
        (Value::Number(one), Value::Number(other)) => compare(one, other),
        (Value::String(one), Value::String(other)) => Some(one.cmp(other)),
        _ => None,
    };
    Some(match test {
        "equal" => value == other || order() == Some(Ordering::Equal),
        "notEqual" => value != other && order() != Some(Ordering::Equal),
        "greaterThan" => order() == Some(Ordering::Greater),
        "greaterThanEqual" => order().is_some_and(Ordering::is_ge),
        "lessThan" => order() == Some(Ordering::Less),
        "lessThanEqual" => order().is_some_and(Ordering::is_le),
        "contains" => value.as_str()?.contains(other.as_str()?),
        "isNull" => value.is_null(),
        "isNotNull" => !value.is_null(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::core::arbitrary::tree;

    const METHODS: [&str; 20] = [
        "increment",
        "decrement",
        "multiply",
        "divide",
        "modulo",
        "power",
        "arrayAppend",
        "arrayPrepend",
        "arrayInsert",
        "arrayRemove",
        "arrayUnique",
        "arrayIntersect",
        "arrayDiff",
        "arrayFilter",
        "stringConcat",
        "stringReplace",
        "toggle",
        "dateAddDays",
        "dateSubDays",
        "dateSetNow",
    ];
    const KINDS: [Kind; 8] = [
        Kind::String,
        Kind::Integer,
        Kind::Bigint,
        Kind::Float,
        Kind::Boolean,
        Kind::Datetime,
        Kind::Enum,
        Kind::Email,
    ];

    const TEXTS: &str = "(equal|lessThan|contains|isNull|2026-01-01|.{0,6})";

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

        #[test]
        fn no_operator_panics_and_what_it_makes_fits_or_is_refused(
            method in 0..METHODS.len(), kind in 0..KINDS.len(), array in any::<bool>(), known in tree(TEXTS),
            values in proptest::collection::vec(tree(TEXTS), 0..3), now in any::<i64>(),
        ) {
            let column = Column::for_test(KINDS[kind], array);
            let text = json!({ "method": METHODS[method], "values": values }).to_string();
            let operator = Operator::of(&json!(text)).expect("an operator");
            if let Ok(made) = operator.apply(&column, &known, now.rem_euclid(1 << 45)) {
                let _ = column.bind(&made);
            }
        }

        #[test]
        fn arbitrary_text_is_an_operator_or_a_text(text in "\\PC{0,80}") {
            let _ = Operator::of(&json!(text));
        }
    }

    fn made(kind: Kind, array: bool, known: &Value, operator: &Value) -> Option<Value> {
        let column = Column::for_test(kind, array);
        let operator = Operator::of(&json!(operator.to_string())).expect("an operator");
        operator.apply(&column, known, 86_400_000).ok()
    }

    #[test]
    fn long_lists_take_no_longer_than_they_are() {
        let list = json!((0..200_000).collect::<Vec<_>>());
        let twice = json!(
            [list.as_array().expect("a list").clone(), list.as_array().expect("a list").clone()].concat()
        );
        let values = list.as_array().expect("a list").clone();
        for (method, values, expected) in [
            ("arrayUnique", vec![], &list),
            ("arrayIntersect", values.clone(), &twice),
            ("arrayDiff", values, &json!([])),
        ] {
            let operator = json!({ "method": method, "values": values });
            assert!(made(Kind::Integer, true, &twice, &operator).as_ref() == Some(expected), "{method}");
        }
    }

    #[test]
    fn values_are_made_from_values() {
        for (kind, array, known, method, values, expected) in [
            (Kind::Integer, false, json!(5), "increment", json!([3]), Some(json!(8))),
            (Kind::Integer, false, json!(5), "increment", json!([3, 6]), Some(json!(6))),
            (Kind::Integer, false, Value::Null, "decrement", json!([3, -1]), Some(json!(-1))),
            (Kind::Bigint, false, json!(i64::MAX), "increment", json!([1]), None),
            (Kind::Integer, false, json!(7), "divide", json!([2]), Some(json!(4))),
            (Kind::Float, false, json!(7), "divide", json!([2]), Some(json!(3.5))),
            (Kind::Integer, false, json!(7), "divide", json!([0]), None),
            (Kind::Integer, false, json!(7), "modulo", json!([0]), None),
            (Kind::Integer, false, json!(2), "power", json!([10]), Some(json!(1024))),
            (Kind::String, false, json!("a"), "increment", json!([1]), None),
            (Kind::String, false, json!("a-b"), "stringReplace", json!(["-", "+"]), Some(json!("a+b"))),
            (Kind::String, false, Value::Null, "stringConcat", json!(["x"]), Some(json!("x"))),
            (Kind::Boolean, false, json!(true), "toggle", json!([]), Some(json!(false))),
            (
                Kind::String,
                true,
                json!(["a"]),
                "arrayAppend",
                json!(["b", "c"]),
                Some(json!(["a", "b", "c"])),
            ),
            (Kind::String, true, Value::Null, "arrayPrepend", json!(["b"]), Some(json!(["b"]))),
            (Kind::Integer, true, json!([1, 2]), "arrayInsert", json!([1, 9]), Some(json!([1, 9, 2]))),
            (Kind::Integer, true, json!([1, 2, 1]), "arrayUnique", json!([]), Some(json!([1, 2]))),
            (Kind::Integer, true, json!([1, 2, 1]), "arrayRemove", json!([1]), Some(json!([2]))),
            (Kind::Integer, true, json!([1, 2]), "arrayDiff", json!([1]), Some(json!([2]))),
            (Kind::Integer, true, json!([1, 2]), "arrayIntersect", json!([1]), Some(json!([1]))),
            (Kind::Integer, true, json!([1, 5]), "arrayFilter", json!(["greaterThan", 2]), Some(json!([5]))),
        ] {
            let operator = json!({ "method": method, "values": values });
            assert_eq!(made(kind, array, &known, &operator), expected, "{method} {values}");
        }
        let set = json!({ "method": "dateSetNow" });
        assert_eq!(made(Kind::Datetime, false, &Value::Null, &set), Some(json!(iso(86_400_000))));
        let add = json!({ "method": "dateSubDays", "values": [1] });
        assert_eq!(made(Kind::Datetime, false, &json!(iso(86_400_000)), &add), Some(json!(iso(0))));
        assert!(Operator::of(&json!("{\"method\":\"drop\"}")).is_none());
        assert!(Operator::of(&json!({ "method": "toggle" })).is_none());
    }
}
