//! Older names and newer ones. Only what is ours is renamed: a column that somebody called `rows` keeps its name.

use serde_json::{Map, Value};

/// Parts of the paths.
pub const PARAMS: [(&str, &str); 3] =
    [("collectionId", "tableId"), ("documentId", "rowId"), ("attribute", "column")];

/// Keys of requests.
const REQUEST: [(&str, &str); 6] = [
    ("collectionId", "tableId"),
    ("documentId", "rowId"),
    ("documents", "rows"),
    ("documentSecurity", "rowSecurity"),
    ("attributes", "columns"),
    ("relatedCollectionId", "relatedTableId"),
];

/// Beginnings of the types of errors; what comes first is tried first.
const TYPES: [(&str, &str); 4] = [
    ("row_", "document_"),
    ("table_", "collection_"),
    ("column_index_", "index_"),
    ("column_", "attribute_"),
];

/// Renames what the newer operation reads.
pub fn request(body: &mut Value) {
    let Some(body) = body.as_object_mut() else { return };
    for (older, newer) in REQUEST {
        rename(body, older, newer);
    }
    for operation in body.get_mut("operations").and_then(Value::as_array_mut).into_iter().flatten() {
        let Some(operation) = operation.as_object_mut() else { continue };
        rename(operation, "collectionId", "tableId");
        rename(operation, "documentId", "rowId");
        let counts = operation
            .get("action")
            .and_then(Value::as_str)
            .is_some_and(|action| matches!(action, "increment" | "decrement"));
        if let Some(data) = operation.get_mut("data").and_then(Value::as_object_mut).filter(|_| counts) {
            rename(data, "attribute", "column");
        }
    }
}

/// Renames what the newer operation answered, told by its shape.
pub fn answer(value: &mut Value) {
    let Some(object) = value.as_object_mut() else { return };
    if object.contains_key("$tableId") {
        document(object);
    } else if object.contains_key("total") {
        for (newer, older) in [("rows", "documents"), ("tables", "collections"), ("columns", "attributes")] {
            rename(object, newer, older);
        }
        object.values_mut().filter_map(Value::as_array_mut).flatten().for_each(answer);
    } else if object.contains_key("rowSecurity") {
        rename(object, "rowSecurity", "documentSecurity");
        rename(object, "columns", "attributes");
        object.values_mut().filter_map(Value::as_array_mut).flatten().for_each(answer);
    } else if object.contains_key("lengths") {
        rename(object, "columns", "attributes");
    } else if object.contains_key("relatedTable") {
        rename(object, "relatedTable", "relatedCollection");
    } else if object.contains_key("code") {
        error(object);
    } else if object.get("type").is_some_and(|kind| kind == "tablesdb") {
        object.insert("type".into(), "legacy".into());
    }
}

/// A document and those within it.
fn document(object: &mut Map<String, Value>) {
    rename(object, "$tableId", "$collectionId");
    for value in object.values_mut() {
        let within: Vec<&mut Value> = match value {
            Value::Array(list) => list.iter_mut().collect(),
            other => vec![other],
        };
        for one in within.into_iter().filter_map(Value::as_object_mut) {
            document(one);
        }
    }
}

fn error(object: &mut Map<String, Value>) {
    let Some(Value::String(kind)) = object.get_mut("type") else { return };
    if let Some((newer, older)) = TYPES.iter().find(|(newer, _)| kind.starts_with(newer)) {
        kind.replace_range(..newer.len(), older);
    }
}

fn rename(object: &mut Map<String, Value>, from: &str, to: &str) {
    if let Some(value) = object.remove(from) {
        object.insert(to.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::core::arbitrary;

    fn renamed(mut value: Value, by: fn(&mut Value)) -> Value {
        by(&mut value);
        value
    }

    #[test]
    fn requests_get_newer_names_and_their_data_stays() {
        let create = json!({ "documentId": "a", "data": { "documents": 1, "attribute": 2 } });
        assert_eq!(
            renamed(create, request),
            json!({ "rowId": "a", "data": { "documents": 1, "attribute": 2 } })
        );
        let operations = json!({ "operations": [
            { "action": "increment", "collectionId": "c", "documentId": "d", "data": { "attribute": "n" } },
            { "action": "create", "collectionId": "c", "data": { "attribute": "kept" } },
        ]});
        assert_eq!(
            renamed(operations, request),
            json!({ "operations": [
                { "action": "increment", "tableId": "c", "rowId": "d", "data": { "column": "n" } },
                { "action": "create", "tableId": "c", "data": { "attribute": "kept" } },
            ]})
        );
    }

    #[test]
    fn answers_get_older_names_and_their_data_stays() {
        let row =
            json!({ "$id": "a", "$tableId": "t", "rows": ["x"], "total": 3, "of": [{ "$tableId": "u" }] });
        let document = json!({ "$id": "a", "$collectionId": "t", "rows": ["x"], "total": 3, "of": [{ "$collectionId": "u" }] });
        assert_eq!(renamed(row.clone(), answer), document);
        assert_eq!(
            renamed(json!({ "total": 1, "rows": [row] }), answer),
            json!({ "total": 1, "documents": [document] })
        );
        for (newer, older) in [
            ("row_not_found", "document_not_found"),
            ("column_index_invalid", "index_invalid"),
            ("column_unknown", "attribute_unknown"),
            ("general_query_invalid", "general_query_invalid"),
        ] {
            let error = renamed(json!({ "code": 400, "message": "", "type": newer }), answer);
            assert_eq!(error["type"], older);
        }
    }

    /// What lies in the lists and objects of a value, in some order, and how deep.
    fn values(value: &Value, depth: usize, found: &mut Vec<String>) {
        match value {
            Value::Array(list) => list.iter().for_each(|value| values(value, depth + 1, found)),
            Value::Object(map) => map.values().for_each(|value| values(value, depth + 1, found)),
            other => found.push(format!("{depth} {other}")),
        }
    }

    proptest! {
        #[test]
        fn what_people_wrote_stays_as_it_is(data in arbitrary::tree("[a-z]{0,9}"), id in "[a-z]{1,5}") {
            let asked = renamed(json!({ "documentId": id, "data": data }), request);
            prop_assert_eq!(asked, json!({ "rowId": id, "data": data }));
            let row = json!({ "$id": id, "$tableId": "t", "documents": data, "code": data, "lengths": data });
            let (mut before, mut after) = (Vec::new(), Vec::new());
            values(&row, 0, &mut before);
            values(&renamed(row, answer), 0, &mut after);
            before.sort();
            after.sort();
            prop_assert_eq!(before, after);
            renamed(data.clone(), request);
            renamed(data, answer);
        }
    }
}
