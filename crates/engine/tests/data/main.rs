//! The data service: what administrators make and change, and what becomes of rows.

#[path = "../harness/mod.rs"]
mod harness;

mod columns;
mod databases;
mod indexes;
mod many_rows;
mod notes;
mod older_names;
mod places;
mod queries;
mod relationships;
mod transactions;
