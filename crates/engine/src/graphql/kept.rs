//! Schemas with tables in them, made when somebody asks for what only they have and kept while it is true: one is known by
//! all that it was made of, so that nothing has to be told when a table changes, and callers who see the same share it.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Arc, LazyLock},
};

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use axum::http::StatusCode;
use tokio::sync::Mutex;

use super::{
    defined::{Found, find},
    schema::{Built, PLAIN, build},
    table::TABLE,
};
use crate::core::{
    app::App,
    caller::Caller,
    error::{ApiError, ApiResult},
};

/// Schemas that are kept; each has a few megabytes at most.
const MOST: usize = 16;

type Kept = VecDeque<(Vec<u8>, Arc<Built>)>;

/// Held while one is made: a second who wants it waits and does not make it as well.
static KEPT: LazyLock<Mutex<Kept>> = LazyLock::new(Mutex::default);

static OPERATIONS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| TABLE.operations.iter().map(|operation| operation.name).collect());

/// The schema for a query of this caller. Who asks for what the SDKs know costs nobody a look at the tables.
pub async fn schema(app: &App, caller: &Caller, document: &ExecutableDocument) -> ApiResult<Arc<Built>> {
    let plain = PLAIN.as_ref().map_err(|error| {
        tracing::error!(%error, "the GraphQL schema could not be made");
        failed()
    })?;
    if !asks_for_tables(document) {
        return Ok(plain.clone());
    }
    let asking = caller.clone();
    let found = app.store.read(move |c| find(c, &asking)).await?;
    if found.tables.is_empty() && found.left_out.is_empty() {
        return Ok(plain.clone());
    }
    let mut kept = KEPT.lock().await;
    if let Some(place) = kept.iter().position(|(key, _)| *key == found.key) {
        // What is used last goes last.
        let known = kept.remove(place).ok_or_else(failed)?;
        kept.push_front(known.clone());
        return Ok(known.1);
    }
    let Found { tables, left_out, key } = found;
    let built = tokio::task::spawn_blocking(move || build(tables, &left_out)).await.map_err(|_| failed())?;
    let built = built.unwrap_or_else(|error| {
        // A table must not take everything else with it.
        tracing::error!(%error, "the GraphQL schema could not be made of the tables");
        plain.clone()
    });
    kept.push_front((key, built.clone()));
    kept.truncate(MOST);
    Ok(built)
}

/// Whether a query begins with anything that is no operation of the SDKs.
fn asks_for_tables(document: &ExecutableDocument) -> bool {
    let operations = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node);
    let is_root = |on: &str| matches!(on, "Query" | "Mutation");
    let fragments = document.fragments.values().map(|fragment| &fragment.node);
    let fragments = fragments.filter(|fragment| is_root(&fragment.type_condition.node.on.node));
    operations.chain(fragments.map(|fragment| &fragment.selection_set.node)).any(has_other)
}

/// What is nested within each other was bounded before it was parsed.
fn has_other(set: &SelectionSet) -> bool {
    set.items.iter().any(|selection| match &selection.node {
        Selection::Field(field) => {
            let name = field.node.name.node.as_str();
            name != "__typename" && !OPERATIONS.contains(name)
        }
        Selection::InlineFragment(inner) => has_other(&inner.node.selection_set.node),
        Selection::FragmentSpread(_) => false,
    })
}

fn failed() -> ApiError {
    ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "general_unknown", "The server could not do this.")
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    #[test]
    fn only_who_asks_for_tables_needs_them() {
        let asks = |text: &str| asks_for_tables(&parse_query(text).expect("a query"));
        for plain in [
            "{ __typename accountGet { _id } }",
            "mutation { tablesDBDeleteRow(databaseId: \"a\", tableId: \"b\", rowId: \"c\") { status } }",
            "{ ... on Query { ...A } } fragment A on Query { teamsList { ...B } } fragment B on TeamList { total }",
        ] {
            assert!(!asks(plain), "{plain}");
        }
        for other in [
            "{ accountGet { _id } main_notesList { total } }",
            "{ __schema { types { name } } }",
            "{ ... on Query { main_notesList { total } } }",
            "{ ...A } fragment A on Query { main_notesList { total } }",
            "query A { accountGet { _id } } mutation B { main_notesDelete(id: \"a\") { status } }",
        ] {
            assert!(asks(other), "{other}");
        }
    }
}
