//! The routes of `/tablesdb`.

use axum::http::Method;

use super::{columns, databases, indexes, rows, schema, transactions};
use crate::core::routes::{Route, key, open};

/// A handler of an operation.
macro_rules! to {
    ($($operation:tt)+) => {
        |call| Box::pin($($operation)+(call))
    };
}

pub fn routes() -> Vec<Route> {
    [of_databases(), of_tables(), of_rows(), of_transactions()].concat()
}

fn of_databases() -> Vec<Route> {
    let (read, write) = ("databases.read", "databases.write");
    let one = "/tablesdb/{databaseId}";
    vec![
        key(read, Method::GET, "/tablesdb", to!(databases::read::list)),
        key(write, Method::POST, "/tablesdb", to!(databases::create::create)),
        key(read, Method::GET, one, to!(databases::read::get)),
        key(write, Method::PUT, one, to!(databases::change::update)),
        key(write, Method::DELETE, one, to!(databases::change::delete)),
        key(read, Method::GET, "/tablesdb/specifications", to!(databases::status::specifications)),
        key(read, Method::GET, "/tablesdb/{databaseId}/status", to!(databases::status::status)),
        key(read, Method::GET, "/tablesdb/{databaseId}/replicas", to!(databases::status::replicas)),
    ]
}

fn of_tables() -> Vec<Route> {
    let (tables, one) = ("/tablesdb/{databaseId}/tables", "/tablesdb/{databaseId}/tables/{tableId}");
    // `{key}` is the kind of the column where one is made or changed: the router knows one name for one place.
    let columns = "/tablesdb/{databaseId}/tables/{tableId}/columns";
    let column = "/tablesdb/{databaseId}/tables/{tableId}/columns/{key}";
    let of_kind = "/tablesdb/{databaseId}/tables/{tableId}/columns/{key}/{name}";
    let indexes = "/tablesdb/{databaseId}/tables/{tableId}/indexes";
    let index = "/tablesdb/{databaseId}/tables/{tableId}/indexes/{key}";
    vec![
        key("tables.read", Method::GET, tables, to!(schema::read::list)),
        key("tables.write", Method::POST, tables, to!(schema::create::create)),
        key("tables.read", Method::GET, one, to!(schema::read::get)),
        key("tables.write", Method::PUT, one, to!(schema::change::update)),
        key("tables.write", Method::DELETE, one, to!(schema::change::delete)),
        key("columns.read", Method::GET, columns, to!(columns::read::list)),
        key("columns.read", Method::GET, column, to!(columns::read::get)),
        key("columns.write", Method::POST, column, to!(columns::create::create)),
        key("columns.write", Method::PATCH, of_kind, to!(columns::update::update)),
        key("columns.write", Method::DELETE, column, to!(columns::delete::delete)),
        key("indexes.read", Method::GET, indexes, to!(indexes::read::list)),
        key("indexes.write", Method::POST, indexes, to!(indexes::create::create)),
        key("indexes.read", Method::GET, index, to!(indexes::read::get)),
        key("indexes.write", Method::DELETE, index, to!(indexes::delete::delete)),
    ]
}

fn of_rows() -> Vec<Route> {
    let (read, write) = ("rows.read", "rows.write");
    let rows = "/tablesdb/{databaseId}/tables/{tableId}/rows";
    let row = "/tablesdb/{databaseId}/tables/{tableId}/rows/{rowId}";
    let asked = "/tablesdb/{databaseId}/tables/{tableId}/rows/query";
    let up = "/tablesdb/{databaseId}/tables/{tableId}/rows/{rowId}/{column}/increment";
    let down = "/tablesdb/{databaseId}/tables/{tableId}/rows/{rowId}/{column}/decrement";
    vec![
        open(read, Method::GET, rows, to!(rows::read::list)),
        open(read, Method::POST, asked, to!(rows::read::query)),
        open(write, Method::POST, rows, to!(rows::input::create)),
        key(write, Method::PUT, rows, to!(rows::input::upsert_many)),
        key(write, Method::PATCH, rows, to!(rows::input::update_many)),
        key(write, Method::DELETE, rows, to!(rows::input::delete_many)),
        open(read, Method::GET, row, to!(rows::read::get)),
        open(write, Method::PUT, row, to!(rows::input::upsert)),
        open(write, Method::PATCH, row, to!(rows::input::update)),
        open(write, Method::DELETE, row, to!(rows::input::delete)),
        open(write, Method::PATCH, up, to!(rows::input::increment)),
        open(write, Method::PATCH, down, to!(rows::input::decrement)),
    ]
}

fn of_transactions() -> Vec<Route> {
    let (read, write) = ("rows.read", "rows.write");
    let one = "/tablesdb/transactions/{transactionId}";
    let operations = "/tablesdb/transactions/{transactionId}/operations";
    vec![
        open(read, Method::GET, "/tablesdb/transactions", to!(transactions::manage::list)),
        open(write, Method::POST, "/tablesdb/transactions", to!(transactions::manage::create)),
        open(read, Method::GET, one, to!(transactions::manage::get)),
        open(write, Method::PATCH, one, to!(transactions::finish::update)),
        open(write, Method::DELETE, one, to!(transactions::manage::delete)),
        open(write, Method::POST, operations, to!(transactions::stage::create)),
    ]
}
