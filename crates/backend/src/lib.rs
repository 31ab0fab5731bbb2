//! A client of the Appwrite REST and realtime API: the embedded engine's, or real Appwrite's.

mod account;
mod admin;
mod client;
mod error;
mod mfa;
mod realtime;
mod rows;
mod storage;
mod transport;

pub use account::{Account, Session, SignedIn};
pub use admin::{Bucket, Column, Member};
pub use client::client_of;
pub use error::{BackendError, found};
pub use mfa::{Authenticator, Challenge, Factor, Factors};
pub use realtime::{Action, Event, News};
pub use rows::{Query, RowList};
pub use storage::{Chunk, Download, Picture, StoredFile};
pub use transport::{Backend, Credential};
