//! Rows: made, read, changed and deleted, one or many.

mod amount;
mod change;
mod data;
pub mod input;
mod insert;
mod links;
mod load;
mod many;
mod operation;
mod operator;
pub mod read;
mod relate;
mod remove;
mod room;
mod row;
mod witness;

pub use self::{
    data::bulk_row,
    operation::{Changed, Operation, Work},
    witness::{RowChange, Witness},
};
use crate::core::error::ApiError;

fn unauthorized() -> ApiError {
    ApiError::new(axum::http::StatusCode::UNAUTHORIZED, "user_unauthorized", "You may not do this here.")
}
