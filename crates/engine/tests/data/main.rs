//! The data service: what administrators make and change, and what becomes of rows.

#[path = "../harness/mod.rs"]
mod harness;

mod columns;
mod databases;
mod encrypted;
mod hostile;
mod indexes;
mod many_rows;
mod notes;
mod older_names;
mod places;
mod queries;
mod rates;
mod related_queries;
mod relationships;
mod self_relations;
mod transactions;
