//! Values: what fits a column, how it lies in SQLite, how it is read again.

use std::{cmp::Ordering, net::IpAddr};

use axum::http::StatusCode;
use rusqlite::types::{Value as Sql, ValueRef};
use serde_json::{Number, Value, json};

use super::{Column, Kind, place};
use crate::core::{
    clock::{iso, parse_iso},
    error::{ApiError, ApiResult},
};

/// Bytes of one value: what grows by one request after the other ends here.
pub const LARGEST: usize = 16 * 1024 * 1024;

impl Column {
    /// A value for this column, checked and bound. Null is for columns that may be empty.
    pub fn bind(&self, value: &Value) -> ApiResult<Sql> {
        let normal = self.normal(value).map_err(|what| self.invalid(&what))?;
        Ok(match normal {
            Value::Null => Sql::Null,
            Value::Bool(yes) => Sql::Integer(i64::from(yes)),
            Value::Number(number) if self.kind.is_whole() && !self.array => {
                Sql::Integer(number.as_i64().unwrap_or_default())
            }
            Value::Number(number) => Sql::Real(number.as_f64().unwrap_or_default()),
            Value::String(text) => Sql::Text(self.in_bounds(text)?),
            list => Sql::Text(self.in_bounds(list.to_string())?),
        })
    }

    fn in_bounds(&self, text: String) -> ApiResult<String> {
        if text.len() > LARGEST {
            return Err(self.invalid("is over 16 MiB"));
        }
        Ok(text)
    }

    fn invalid(&self, what: &str) -> ApiError {
        let message = format!("Invalid row: '{}' {what}.", self.key);
        ApiError::new(StatusCode::BAD_REQUEST, "row_invalid_structure", message)
    }

    /// The value as it is kept and read again, or what is wrong with it.
    pub fn normal(&self, value: &Value) -> Result<Value, String> {
        if value.is_null() {
            return if self.required { Err("is required".into()) } else { Ok(Value::Null) };
        }
        if !self.array {
            return self.element(value);
        }
        let list = value.as_array().ok_or("must be a list")?;
        list.iter().map(|value| self.element(value)).collect::<Result<Vec<_>, _>>().map(Value::Array)
    }

    fn element(&self, value: &Value) -> Result<Value, String> {
        Ok(match self.kind {
            Kind::Integer | Kind::Bigint => {
                let whole = value.as_i64().ok_or("must be a whole number of 64 bits")?;
                self.in_range(&Number::from(whole))?;
                json!(whole)
            }
            Kind::Float => {
                let number = value.as_number().ok_or("must be a number")?;
                self.in_range(number)?;
                json!(number.as_f64())
            }
            Kind::Boolean => json!(value.as_bool().ok_or("must be true or false")?),
            Kind::Datetime => {
                let time = value.as_str().and_then(parse_iso);
                json!(iso(time.ok_or("must be a date and time (RFC 3339)")?))
            }
            Kind::Point | Kind::Line | Kind::Polygon => place::check(self.kind, value)?,
            _ => json!(self.text(value)?),
        })
    }

    fn text<'a>(&self, value: &'a Value) -> Result<&'a str, String> {
        let text = value.as_str().ok_or("must be text")?;
        if text.contains('\0') {
            return Err("must not contain NUL".into());
        }
        if let Some(size) = self.size.filter(|size| text.len() > *size && text.chars().count() > *size) {
            return Err(format!("has at most {size} characters"));
        }
        match self.kind {
            Kind::Email => {
                crate::users::check_email(text).map_err(|_| "must be an e-mail address")?;
            }
            Kind::Url => {
                url::Url::parse(text).map_err(|_| "must be a URL")?;
            }
            Kind::Ip => {
                text.parse::<IpAddr>().map_err(|_| "must be an IP address")?;
            }
            Kind::Enum if !self.elements.iter().any(|word| word == text) => {
                return Err(format!("must be one of ({})", self.elements.join(", ")));
            }
            _ => {}
        }
        Ok(text)
    }

    fn in_range(&self, number: &Number) -> Result<(), String> {
        let outside = |bound: &Option<Number>, wrong| {
            bound.as_ref().is_some_and(|bound| compare(number, bound) == Some(wrong))
        };
        if outside(&self.min, Ordering::Less) || outside(&self.max, Ordering::Greater) {
            let bound =
                |bound: &Option<Number>| bound.as_ref().map_or_else(|| "any".into(), Number::to_string);
            return Err(format!("must be in the range {} to {}", bound(&self.min), bound(&self.max)));
        }
        Ok(())
    }

    /// A stored value as JSON.
    pub fn read(&self, value: ValueRef<'_>) -> Value {
        match value {
            ValueRef::Integer(whole) if self.kind == Kind::Boolean => json!(whole != 0),
            ValueRef::Integer(whole) => json!(whole),
            ValueRef::Real(real) => json!(real),
            ValueRef::Text(text) if self.array || self.kind.is_place() => {
                serde_json::from_slice(text).unwrap_or_default()
            }
            ValueRef::Text(text) => json!(String::from_utf8_lossy(text)),
            ValueRef::Null | ValueRef::Blob(_) => Value::Null,
        }
    }
}

/// Whole numbers exactly, others as they are.
pub fn compare(one: &Number, other: &Number) -> Option<Ordering> {
    match (one.as_i64(), other.as_i64()) {
        (Some(one), Some(other)) => Some(one.cmp(&other)),
        _ => one.as_f64()?.partial_cmp(&other.as_f64()?),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::core::arbitrary::tree;

    const KINDS: [Kind; 15] = [
        Kind::String,
        Kind::Varchar,
        Kind::Text,
        Kind::Integer,
        Kind::Bigint,
        Kind::Float,
        Kind::Boolean,
        Kind::Email,
        Kind::Url,
        Kind::Ip,
        Kind::Enum,
        Kind::Datetime,
        Kind::Point,
        Kind::Line,
        Kind::Polygon,
    ];

    fn column(kind: Kind) -> Column {
        Column::for_test(kind, false)
    }

    #[test]
    fn values_fit_their_kind() {
        for (kind, good, bad) in [
            (Kind::String, json!("äöüßé"), json!("äöüßéx")),
            (Kind::Varchar, json!(""), json!("a\0b")),
            (Kind::Integer, json!(9_007_199_254_740_993_i64), json!(1.5)),
            (Kind::Bigint, json!(i64::MIN), json!(u64::MAX)),
            (Kind::Float, json!(3), json!("3")),
            (Kind::Boolean, json!(false), json!(0)),
            (Kind::Ip, json!("::1"), json!("1.2.3")),
            (Kind::Enum, json!("red"), json!("green")),
            (Kind::Datetime, json!("2026-01-01T00:00:00Z"), json!("soon")),
            (Kind::Point, json!([1, 2.5]), json!([1])),
        ] {
            let column = column(kind);
            assert!(column.bind(&good).is_ok(), "{kind:?} {good}");
            assert!(column.bind(&bad).is_err(), "{kind:?} {bad}");
            let list = Column { array: true, ..column };
            assert!(list.bind(&json!([good, good])).is_ok());
            assert!(
                list.bind(&json!([good, bad])).is_err() && list.bind(&good).is_err() || kind == Kind::Point
            );
        }
    }

    #[test]
    fn ranges_hold_both_bounds() {
        let column = Column { min: Some(2.into()), max: Some(4.into()), ..column(Kind::Integer) };
        let fits = |value: i64| column.bind(&json!(value)).is_ok();
        assert_eq!([1, 2, 4, 5].map(fits), [false, true, true, false]);
    }

    const TEXTS: &str = "(red|1.2.3.4|a@b.co|https://x.y|2026-01-01T00:00:00Z|.{0,8})";

    proptest! {
        #[test]
        fn every_value_fits_and_is_read_as_it_is_kept_or_is_refused(kind in 0..KINDS.len(), array in any::<bool>(), value in tree(TEXTS)) {
            let column = Column { array, ..column(KINDS[kind]) };
            if let Ok(normal) = column.normal(&value) {
                let kept = column.bind(&value).expect("what is normal is kept");
                prop_assert_eq!(column.read(ValueRef::from(&kept)), normal);
            }
        }

        #[test]
        fn what_is_kept_is_read_again(whole in any::<i64>(), real in -1e300..1e300_f64, text in "[^\0]{0,5}") {
            for (kind, value) in
                [(Kind::Bigint, json!(whole)), (Kind::Float, json!(real)), (Kind::String, json!(text))]
            {
                let column = column(kind);
                let kept = column.bind(&value).expect("fits");
                prop_assert_eq!(column.read(ValueRef::from(&kept)), value.clone());
                let list = Column { array: true, ..column };
                let kept = list.bind(&json!([value])).expect("fits");
                prop_assert_eq!(list.read(ValueRef::from(&kept)), json!([value]));
            }
        }
    }
}
