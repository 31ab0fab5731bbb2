//! A client of the Appwrite REST API: the embedded engine's, or real Appwrite's.

mod account;
mod admin;
mod error;
mod rows;
mod transport;

pub use account::{Account, SignedIn};
pub use admin::{Column, Member};
pub use error::BackendError;
pub use rows::{Query, RowList};
pub use transport::{Backend, Credential};
