//! Adding to and taking from a number.

use std::cmp::Ordering;

use axum::http::StatusCode;
use rusqlite::types::Value as Sql;
use serde_json::{Number, Value, json};

use super::operation::Work;
use crate::{
    core::{error::ApiError, permissions::Action, store::StoreError},
    tables::{columns::compare, refused, table::Table},
};

impl Work<'_> {
    /// Adds `by` to a column of a row, or takes it away when it goes `down`. What is empty counts as zero.
    pub fn add(
        &mut self,
        table: &Table,
        (id, key): (&str, &str),
        by: &Number,
        bound: Option<&Number>,
        down: bool,
    ) -> Result<Value, StoreError> {
        let known = table.find_for(self.tx, id, self.caller, Action::Update)?;
        let column = table.own().find(|column| column.key == key);
        let column = column.ok_or_else(|| ApiError::not_found("column_not_found", "A column"))?;
        if !column.kind.is_number() || column.array {
            return Err(refused("column_type_invalid", &format!("'{key}' is no number.")).into());
        }
        if compare(by, &0.into()) != Some(Ordering::Greater) {
            return Err(ApiError::argument("'value' is larger than 0.").into());
        }
        let sum = sum(&known[key], by, down).ok_or_else(|| beyond(key))?;
        let (wrong, own) =
            if down { (Ordering::Less, &column.min) } else { (Ordering::Greater, &column.max) };
        let outside =
            [bound, own.as_ref()].into_iter().flatten().any(|bound| compare(&sum, bound) == Some(wrong));
        if outside {
            return Err(beyond(key).into());
        }
        let values = vec![Sql::Integer(self.now), column.bind(&json!(sum))?];
        let names = format!("\"$updated\" = ?, {} = ?", column.sql());
        self.write(table, id, &names, values, "update")
    }
}

/// Exact for whole numbers; none where the sum is no number any more.
fn sum(known: &Value, by: &Number, down: bool) -> Option<Number> {
    let zero = Number::from(0);
    let known = known.as_number().unwrap_or(&zero);
    if let (Some(known), Some(by)) = (known.as_i64(), by.as_i64()) {
        let sum = if down { known.checked_sub(by) } else { known.checked_add(by) };
        return sum.map(Number::from);
    }
    let (known, by) = (known.as_f64()?, by.as_f64()?);
    Number::from_f64(if down { known - by } else { known + by })
}

fn beyond(key: &str) -> ApiError {
    let message = format!("'{key}' would leave its range.");
    ApiError::new(StatusCode::BAD_REQUEST, "column_limit_exceeded", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_exact_or_none() {
        let large = json!(9_007_199_254_740_993_i64);
        assert_eq!(sum(&large, &2.into(), false), Some(9_007_199_254_740_995_i64.into()));
        assert_eq!(sum(&json!(i64::MAX), &1.into(), false), None);
        assert_eq!(sum(&Value::Null, &3.into(), true), Some((-3).into()));
        assert_eq!(sum(&json!(1.5), &1.into(), false), Number::from_f64(2.5));
        assert_eq!(sum(&json!(1e308), &Number::from_f64(1e308).expect("finite"), false), None);
    }
}
