//! Tables: what they look like, what is in them, and changes that belong together.

use appwrite::{
    enums::{OrderBy, RelationMutate, RelationshipType, TablesDBIndexType},
    id::ID,
    query::Query,
    services::{Graphql, TablesDB},
};
use serde_json::{Value, json};
use telestack_foreign_rust::{admin, kind};

async fn database(tables: &TablesDB) -> String {
    let database = ID::unique();
    tables.create(&database, "Rust", None, None, None, None, None).await.expect("a database");
    database
}

async fn table(tables: &TablesDB, database: &str, id: &str) {
    let made = tables.create_table(database, id, id, None, None, None, None, None, None).await;
    assert_eq!(made.expect("a table").id, id);
}

fn texts(queries: &[Query]) -> Option<Vec<String>> {
    Some(queries.iter().map(ToString::to_string).collect())
}

#[tokio::test]
async fn rows_are_written_and_found_again() {
    let client = admin();
    let tables = TablesDB::new(&client);
    let database = database(&tables).await;
    table(&tables, &database, "notes").await;
    let column =
        tables.create_varchar_column(&database, "notes", "title", 100, true, None, None, None, None).await;
    assert_eq!(column.expect("a column").key, "title");
    for title in ["alpha", "beta", "gamma"] {
        let row =
            tables.create_row(&database, "notes", ID::unique(), json!({ "title": title }), None, None).await;
        assert_eq!(row.expect("a row").get::<String>("title").as_deref(), Some(title));
    }
    let queries =
        [Query::equal("title", json!(["beta", "gamma"])), Query::order_asc("title"), Query::limit(1)];
    let found =
        tables.list_rows(&database, "notes", texts(&queries), None, None, None).await.expect("listed");
    assert_eq!((found.total, found.rows[0].get::<String>("title").as_deref()), (2, Some("beta")));
    let posted =
        tables.create_query(&database, "notes", texts(&queries), None, None, None).await.expect("asked");
    assert_eq!((posted.total, &posted.rows[0].id), (2, &found.rows[0].id));
    let wrong = tables.create_row(&database, "notes", ID::unique(), json!({ "title": 7 }), None, None).await;
    assert_eq!(kind(wrong), "row_invalid_structure");
    tables.delete(&database).await.expect("deleted");
}

#[tokio::test]
async fn columns_of_every_kind_are_what_the_sdk_expects_of_them() {
    let client = admin();
    let tables = TablesDB::new(&client);
    let db = &database(&tables).await;
    table(&tables, db, "t").await;
    tables.create_boolean_column(db, "t", "done", false, Some(true), None, None).await.expect("boolean");
    tables
        .create_integer_column(db, "t", "count", false, Some(-1), Some(9), Some(3), None, None)
        .await
        .expect("integer");
    let large =
        tables.create_big_int_column(db, "t", "large", false, None, None, Some(1 << 60), None, None).await;
    assert_eq!(large.expect("bigint").default, Some(1 << 60));
    tables
        .create_float_column(db, "t", "share", false, None, Some(1.5), None, None, None)
        .await
        .expect("float");
    tables.create_datetime_column(db, "t", "day", false, None, None, None).await.expect("datetime");
    tables.create_email_column(db, "t", "mail", false, None, None, None).await.expect("e-mail");
    tables.create_url_column(db, "t", "page", false, None, None, None).await.expect("URL");
    tables.create_ip_column(db, "t", "host", false, None, None, None).await.expect("IP");
    let kinds = tables.create_enum_column(db, "t", "kind", ["a", "b"], false, Some("a"), None, None).await;
    assert_eq!(kinds.expect("enum").elements, ["a", "b"]);
    tables
        .create_string_column(db, "t", "words", 30, false, None, Some(true), None, None)
        .await
        .expect("string");
    tables.create_text_column(db, "t", "text", false, None, None, None, None).await.expect("text");
    tables.create_mediumtext_column(db, "t", "medium", false, None, None, None, None).await.expect("medium");
    tables.create_longtext_column(db, "t", "long", false, None, None, Some(true), None).await.expect("long");
    tables.create_point_column(db, "t", "place", false, Some(vec![1.0, 2.5]), None).await.expect("point");
    tables.create_line_column(db, "t", "way", false, None, None).await.expect("line");
    tables.create_polygon_column(db, "t", "field", false, None, None).await.expect("polygon");
    let all = tables.list_columns(db, "t", None, None).await.expect("listed");
    assert_eq!(all.total, 16);
    let renamed = tables.update_varchar_column(db, "t", "words", false, None, None, None, None).await;
    assert_eq!(kind(renamed), "column_type_invalid", "a string is no varchar");
    tables.delete_column(db, "t", "way").await.expect("dropped");
    assert_eq!(kind(tables.get_column(db, "t", "way").await), "column_not_found");
    let row = tables.create_row(db, "t", "one", json!({ "words": ["x"], "place": [3, 4] }), None, None).await;
    let row = row.expect("a row");
    assert_eq!((row.get::<bool>("done"), row.get::<i64>("large")), (Some(true), Some(1 << 60)));
    assert_eq!(row.get::<Vec<f64>>("place"), Some(vec![3.0, 4.0]));
    tables.delete(db).await.expect("deleted");
}

#[tokio::test]
async fn indexes_and_relationships_are_made_changed_and_dropped() {
    let client = admin();
    let tables = TablesDB::new(&client);
    let db = &database(&tables).await;
    for id in ["books", "authors"] {
        table(&tables, db, id).await;
        tables
            .create_varchar_column(db, id, "name", 40, true, None, None, None, None)
            .await
            .expect("a column");
    }
    let index = tables
        .create_index(
            db,
            "books",
            "names",
            TablesDBIndexType::Unique,
            ["name"],
            Some(vec![OrderBy::Desc]),
            None,
            None,
        )
        .await
        .expect("an index");
    assert_eq!((index.r#type.as_str(), index.columns.as_slice()), ("unique", ["name".to_owned()].as_slice()));
    let relationship = tables
        .create_relationship_column(
            db,
            "books",
            "authors",
            RelationshipType::ManyToOne,
            Some(true),
            Some("author"),
            Some("books"),
            Some(RelationMutate::SetNull),
            None,
        )
        .await
        .expect("a relationship");
    assert_eq!((relationship.related_table.as_str(), relationship.two_way), ("authors", true));
    let changed = tables
        .update_relationship_column(db, "books", "author", Some(RelationMutate::Cascade), None, None)
        .await
        .expect("changed");
    assert_eq!(changed.on_delete, "cascade");
    let nested = json!({ "name": "Crabs", "author": { "$id": "ada", "name": "Ada" } });
    tables.create_row(db, "books", "one", nested, None, None).await.expect("a row");
    let twice = tables.create_row(db, "books", "two", json!({ "name": "Crabs" }), None, None).await;
    assert_eq!(kind(twice), "row_already_exists");
    let queries = texts(&[Query::select(vec!["name", "author.*"])]);
    let row = tables.get_row(db, "books", "one", queries, None).await.expect("read");
    assert_eq!(row.get::<Value>("author").map(|author| author["name"].clone()), Some(json!("Ada")));
    tables.delete_row(db, "authors", "ada", None).await.expect("deleted");
    assert_eq!(kind(tables.get_row(db, "books", "one", None, None).await), "row_not_found");
    tables.delete_index(db, "books", "names").await.expect("dropped");
    assert_eq!(tables.list_indexes(db, "books", None, None).await.expect("listed").total, 0);
    tables.delete(db).await.expect("deleted");
}

#[tokio::test]
async fn changes_that_belong_together_are_seen_together() {
    let client = admin();
    let tables = TablesDB::new(&client);
    let db = &database(&tables).await;
    table(&tables, db, "stock").await;
    tables
        .create_integer_column(db, "stock", "left", true, Some(0), None, None, None, None)
        .await
        .expect("a column");
    let rows = (0..3).map(|id| json!({ "$id": format!("r{id}"), "left": id })).collect();
    assert_eq!(tables.create_rows(db, "stock", rows, None).await.expect("rows").rows.len(), 3);
    let transaction = tables.create_transaction(None).await.expect("begun").id;
    let within = Some(transaction.as_str());
    tables.upsert_row(db, "stock", "r3", Some(json!({ "left": 9 })), None, within).await.expect("staged");
    let operation = json!({
        "action": "increment", "databaseId": db, "tableId": "stock", "rowId": "r0",
        "data": { "column": "left", "value": 5 },
    });
    let staged = tables.create_operations(&transaction, Some(vec![operation])).await.expect("staged");
    assert_eq!((staged.operations, staged.status.as_str()), (2, "pending"));
    assert_eq!(kind(tables.get_row(db, "stock", "r3", None, None).await), "row_not_found");
    let seen = tables.create_query(db, "stock", None, within, None, None).await.expect("asked within it");
    assert_eq!(seen.total, 4);
    let done = tables.update_transaction(&transaction, Some(true), None).await.expect("committed");
    assert_eq!(done.status, "committed");
    let row = tables.get_row(db, "stock", "r0", None, None).await.expect("read");
    assert_eq!(row.get::<i64>("left"), Some(5));
    let more = tables.increment_row_column(db, "stock", "r0", "left", Some(2.0), Some(6.0), None).await;
    assert_eq!(kind(more), "column_limit_exceeded");
    let low = texts(&[Query::less_than("left", 3)]);
    assert_eq!(tables.delete_rows(db, "stock", low, None).await.expect("deleted").total, 2);

    let graphql = Graphql::new(&client);
    let query = json!({
        "query": "query ($d: String!) { tablesDBListRows(databaseId: $d, tableId: \"stock\") { total rows { _id data } } }",
        "variables": { "d": db },
    });
    let answer = graphql.query(query).await.expect("answered");
    assert_eq!(answer["data"]["tablesDBListRows"]["total"], 2, "{answer}");
    let mutation = json!({
        "query": "mutation ($d: String!) { tablesDBDelete(databaseId: $d) { status } }",
        "variables": { "d": db },
    });
    let answer = graphql.mutation(mutation).await.expect("answered");
    assert!(answer.get("errors").is_none(), "{answer}");
    assert_eq!(kind(tables.get(db).await), "database_not_found");
}
