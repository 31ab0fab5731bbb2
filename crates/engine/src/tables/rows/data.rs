//! The data of a request taken apart: columns, and what begins with `$`.

use axum::http::StatusCode;
use serde_json::{Map, Value};

use super::{operation::NewRow, row::permissions_of};
use crate::{
    core::{
        caller::Caller,
        clock::parse_iso,
        error::{ApiError, ApiResult},
    },
    tables::table::Table,
};

/// What is taken from the data beside the columns: times, which only API keys may set.
#[derive(Debug, Default)]
pub struct Times {
    pub created: Option<i64>,
    pub updated: Option<i64>,
}

/// Checks that the data names known columns only. A client may send back a row as it got it: what names the row is
/// passed over while it says the same. Another id or other permissions are refused, not ignored.
pub fn check(table: &Table, row: &NewRow, known: Option<&Value>, caller: &Caller) -> ApiResult<Times> {
    let mut times = Times::default();
    for (key, value) in &row.data {
        match key.as_str() {
            "$sequence" | "$databaseId" | "$tableId" | "$collectionId" => {}
            "$createdAt" if caller.is_key() => times.created = time(key, value)?,
            "$updatedAt" if caller.is_key() => times.updated = time(key, value)?,
            "$createdAt" | "$updatedAt" if known.is_some() => {}
            "$id" if *value == *row.id => {}
            "$permissions" if known.is_some_and(|known| same(known, value)) => {}
            key if table.shown().any(|column| column.key == key) => {}
            key => return Err(invalid(&format!("there is no column '{key}'"))),
        }
    }
    Ok(times)
}

fn same(known: &Value, given: &Value) -> bool {
    let mut lists = [permissions_of(known), permissions_of(&serde_json::json!({ "$permissions": given }))];
    lists.iter_mut().for_each(|list| list.sort());
    lists[0] == lists[1]
}

fn time(key: &str, value: &Value) -> ApiResult<Option<i64>> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => {
            parse_iso(text).map(Some).ok_or_else(|| invalid(&format!("'{key}' must be a date and time")))
        }
        _ => Err(invalid(&format!("'{key}' must be a date and time"))),
    }
}

/// A row of a bulk request carries its id and permissions within.
pub fn bulk_row(mut data: Map<String, Value>) -> ApiResult<NewRow> {
    let id = match data.remove("$id") {
        None | Some(Value::Null) => "unique()".to_owned(),
        Some(Value::String(id)) => id,
        Some(_) => return Err(invalid("'$id' must be text")),
    };
    let permissions = permissions(&mut data)?;
    Ok(NewRow { id: crate::core::ids::wanted(&id)?, data, permissions })
}

/// The permissions that lie within the data, taken out of it.
pub fn permissions(data: &mut Map<String, Value>) -> ApiResult<Option<Vec<String>>> {
    match data.remove("$permissions") {
        None | Some(Value::Null) => Ok(None),
        Some(list) => serde_json::from_value(list)
            .map(Some)
            .map_err(|_| invalid("'$permissions' must be a list of texts")),
    }
}

pub fn invalid(message: &str) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "row_invalid_structure", format!("Invalid row: {message}."))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::core::{arbitrary, ids};

    proptest! {
        #[test]
        fn a_row_is_taken_apart_and_nothing_of_it_is_lost(
            mut data in proptest::collection::hash_map("[$a-z]{0,3}", arbitrary::tree(".{0,5}"), 0..5),
            id in proptest::option::of(arbitrary::leaf("[-a-z_. ]{0,4}")),
            permissions in proptest::option::of(arbitrary::tree("read\\(\"any\"\\)")),
        ) {
            data.remove("$id");
            let columns = data.clone();
            data.extend(id.map(|id| ("$id".to_owned(), id)));
            data.extend(permissions.map(|list| ("$permissions".to_owned(), list)));
            let given = data.clone();
            let Ok(row) = bulk_row(data.into_iter().collect()) else { return Ok(()) };
            prop_assert!(ids::is_id(&row.id));
            prop_assert_eq!(row.permissions.is_some(), given.get("$permissions").is_some_and(Value::is_array));
            prop_assert_eq!(row.data, columns.into_iter().collect::<Map<String, Value>>());
        }
    }
}
