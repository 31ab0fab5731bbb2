//! What a program on a server does every day: people, teams, rows, files. This SDK is strict on types and enums.

use appwrite::{
    id::ID,
    input_file::InputFile,
    query::Query,
    services::{Avatars, Storage, TablesDB, Teams, Users},
};
use serde_json::json;
use telestack_foreign_rust::{admin, guest, kind};

#[tokio::test]
async fn people_and_their_teams() {
    let client = admin();
    let (users, teams) = (Users::new(&client), Teams::new(&client));
    let id = ID::unique();
    let email = format!("{id}@example.org");
    let user = users
        .create(&id, Some(&email), None, Some("correct horse battery"), Some("Rusty"))
        .await
        .expect("made");
    assert_eq!(
        (user.id.as_str(), user.name.as_str(), user.email.as_str()),
        (id.as_str(), "Rusty", email.as_str())
    );
    assert_eq!(kind(users.create(&id, Some(&email), None, None, None).await), "user_already_exists");
    let found = users
        .list(Some(vec![Query::equal("email", email.as_str()).to_string()]), None, None)
        .await
        .expect("listed");
    assert_eq!(found.users.len(), 1);
    let team = teams.create(ID::unique(), "Crabs", None).await.expect("made");
    assert_eq!(teams.get(&team.id).await.expect("found").name, "Crabs");
    teams.delete(&team.id).await.expect("deleted");
    assert_eq!(kind(teams.get(&team.id).await), "team_not_found");
    users.delete(&id).await.expect("deleted");
    assert_eq!(kind(Users::new(&guest()).list(None, None, None).await), "general_unauthorized_scope");
}

#[tokio::test]
async fn rows_are_written_and_found_again() {
    let client = admin();
    let tables = TablesDB::new(&client);
    let (database, table) = (ID::unique(), "notes");
    tables.create(&database, "Rust", None, None, None, None, None).await.expect("a database");
    tables
        .create_table(&database, table, "Notes", None, None, None, None, None, None)
        .await
        .expect("a table");
    let column =
        tables.create_varchar_column(&database, table, "title", 100, true, None, None, None, None).await;
    assert_eq!(column.expect("a column").key, "title");
    for title in ["alpha", "beta", "gamma"] {
        let row =
            tables.create_row(&database, table, ID::unique(), json!({ "title": title }), None, None).await;
        assert_eq!(row.expect("a row").get::<String>("title").as_deref(), Some(title));
    }
    let queries =
        [Query::equal("title", json!(["beta", "gamma"])), Query::order_asc("title"), Query::limit(1)];
    let queries = queries.iter().map(ToString::to_string).collect();
    let found = tables.list_rows(&database, table, Some(queries), None, None, None).await.expect("listed");
    assert_eq!((found.total, found.rows[0].get::<String>("title").as_deref()), (2, Some("beta")));
    let wrong = tables.create_row(&database, table, ID::unique(), json!({ "title": 7 }), None, None).await;
    assert_eq!(kind(wrong), "row_invalid_structure");
    tables.delete(&database).await.expect("deleted");
}

#[tokio::test]
async fn a_file_of_several_chunks_comes_back_as_it_was() {
    let client = admin();
    let storage = Storage::new(&client);
    let bucket = ID::unique();
    let made = storage
        .create_bucket(&bucket, "Rust", None, None, None, None, None, None, None, None, None, None, None)
        .await;
    assert_eq!(made.expect("a bucket").name, "Rust");
    let bytes: Vec<u8> = (0..11 * 1024 * 1024_usize).map(|at| (at * 31 % 251) as u8).collect();
    let input = InputFile::from_bytes(bytes.clone(), "large.bin", None);
    let file = storage.create_file(&bucket, ID::unique(), input, None, None).await.expect("uploaded");
    assert_eq!((file.size_original, file.chunks_total, file.chunks_uploaded), (bytes.len() as i64, 3, 3));
    assert!(storage.get_file_download(&bucket, &file.id, None).await.expect("downloaded") == bytes);
    storage.delete_file(&bucket, &file.id).await.expect("deleted");
    assert_eq!(kind(storage.get_file(&bucket, &file.id).await), "storage_file_not_found");
    storage.delete_bucket(&bucket).await.expect("deleted");
}

#[tokio::test]
async fn pictures_are_png() {
    let client = admin();
    let avatars = Avatars::new(&client);
    let png = |bytes: Vec<u8>| bytes.starts_with(b"\x89PNG");
    assert!(png(avatars.get_initials(Some("Rusty Crab"), None, None, None).await.expect("drawn")));
    assert!(png(avatars.get_qr("https://example.org", Some(200), None, None).await.expect("drawn")));
}
