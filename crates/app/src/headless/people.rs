//! `people`: who the directory finds.

use std::{collections::BTreeMap, time::Duration};

use serde_json::json;
use telestack_app::{ApiError, App};
use telestack_model::ListDiff;
use tokio::time::timeout;

use super::{say, told::Told};

/// For the directory to come from the server, and then for its last pages.
const FIRST: Duration = Duration::from_secs(10);
const FURTHER: Duration = Duration::from_millis(700);

pub async fn people(app: &App, query: &str) -> Result<(), ApiError> {
    let (sink, mut told) = Told::new();
    app.people(query.to_owned(), sink).await?;
    let mut found = BTreeMap::new();
    while let Ok(diffs) = timeout(if found.is_empty() { FIRST } else { FURTHER }, told.next()).await {
        for person in diffs?.iter().flat_map(ListDiff::items) {
            found.insert(person.id.clone(), person.clone());
        }
    }
    for person in found.values() {
        say(&json!({ "event": "person", "person": person }))?;
    }
    say(&json!({ "found": found.len() }))
}
