//! The routes of `/databases`.

use axum::http::Method;

use super::translated;
use crate::{
    core::routes::{Route, key, open},
    tables::{columns, databases, indexes, rows, schema, transactions},
};

/// A handler that calls an operation under its older names.
macro_rules! older {
    ($($operation:tt)+) => {
        |call| Box::pin(translated(call, |call| Box::pin($($operation)+(call))))
    };
}

pub fn routes() -> Vec<Route> {
    [of_databases(), of_collections(), of_documents(), of_transactions()].concat()
}

fn of_databases() -> Vec<Route> {
    let (read, write) = ("databases.read", "databases.write");
    let one = "/databases/{databaseId}";
    vec![
        key(read, Method::GET, "/databases", older!(databases::read::list)),
        key(write, Method::POST, "/databases", older!(databases::create::create)),
        key(read, Method::GET, one, older!(databases::read::get)),
        key(write, Method::PUT, one, older!(databases::change::update)),
        key(write, Method::DELETE, one, older!(databases::change::delete)),
    ]
}

fn of_collections() -> Vec<Route> {
    let collections = "/databases/{databaseId}/collections";
    let one = "/databases/{databaseId}/collections/{collectionId}";
    let attributes = "/databases/{databaseId}/collections/{collectionId}/attributes";
    let attribute = "/databases/{databaseId}/collections/{collectionId}/attributes/{key}";
    let of_kind = "/databases/{databaseId}/collections/{collectionId}/attributes/{key}/{name}";
    let indexes = "/databases/{databaseId}/collections/{collectionId}/indexes";
    let index = "/databases/{databaseId}/collections/{collectionId}/indexes/{key}";
    vec![
        key("collections.read", Method::GET, collections, older!(schema::read::list)),
        key("collections.write", Method::POST, collections, older!(schema::create::create)),
        key("collections.read", Method::GET, one, older!(schema::read::get)),
        key("collections.write", Method::PUT, one, older!(schema::change::update)),
        key("collections.write", Method::DELETE, one, older!(schema::change::delete)),
        key("attributes.read", Method::GET, attributes, older!(columns::read::list)),
        key("attributes.read", Method::GET, attribute, older!(columns::read::get)),
        key("attributes.write", Method::POST, attribute, older!(columns::create::create)),
        key("attributes.write", Method::PATCH, of_kind, older!(columns::update::update)),
        key("attributes.write", Method::DELETE, attribute, older!(columns::delete::delete)),
        key("indexes.read", Method::GET, indexes, older!(indexes::read::list)),
        key("indexes.write", Method::POST, indexes, older!(indexes::create::create)),
        key("indexes.read", Method::GET, index, older!(indexes::read::get)),
        key("indexes.write", Method::DELETE, index, older!(indexes::delete::delete)),
    ]
}

fn of_documents() -> Vec<Route> {
    let (read, write) = ("documents.read", "documents.write");
    let documents = "/databases/{databaseId}/collections/{collectionId}/documents";
    let document = "/databases/{databaseId}/collections/{collectionId}/documents/{documentId}";
    let asked = "/databases/{databaseId}/collections/{collectionId}/documents/query";
    let up =
        "/databases/{databaseId}/collections/{collectionId}/documents/{documentId}/{attribute}/increment";
    let down =
        "/databases/{databaseId}/collections/{collectionId}/documents/{documentId}/{attribute}/decrement";
    vec![
        open(read, Method::GET, documents, older!(rows::read::list)),
        open(read, Method::POST, asked, older!(rows::read::query)),
        open(write, Method::POST, documents, older!(rows::input::create)),
        key(write, Method::PUT, documents, older!(rows::input::upsert_many)),
        key(write, Method::PATCH, documents, older!(rows::input::update_many)),
        key(write, Method::DELETE, documents, older!(rows::input::delete_many)),
        open(read, Method::GET, document, older!(rows::read::get)),
        open(write, Method::PUT, document, older!(rows::input::upsert)),
        open(write, Method::PATCH, document, older!(rows::input::update)),
        open(write, Method::DELETE, document, older!(rows::input::delete)),
        open(write, Method::PATCH, up, older!(rows::input::increment)),
        open(write, Method::PATCH, down, older!(rows::input::decrement)),
    ]
}

fn of_transactions() -> Vec<Route> {
    let (read, write) = ("documents.read", "documents.write");
    let all = "/databases/transactions";
    let one = "/databases/transactions/{transactionId}";
    let operations = "/databases/transactions/{transactionId}/operations";
    vec![
        open(read, Method::GET, all, older!(transactions::manage::list)),
        open(write, Method::POST, all, older!(transactions::manage::create)),
        open(read, Method::GET, one, older!(transactions::manage::get)),
        open(write, Method::PATCH, one, older!(transactions::finish::update)),
        open(write, Method::DELETE, one, older!(transactions::manage::delete)),
        open(write, Method::POST, operations, older!(transactions::stage::create)),
    ]
}
