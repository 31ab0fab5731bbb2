//! One signed-in person on this computer: how it begins, is restored, and ends.

mod calls;
mod challenge;
mod gateway;
pub(crate) mod kept;
pub(crate) mod keys;
mod link;
mod news;
pub(crate) mod open;
pub(crate) mod recovery;
mod signed_in;

pub(crate) use calls::Calls;
pub(crate) use challenge::Challenge;
pub(crate) use gateway::{Gateway, Health};
pub(crate) use kept::Kept;
pub(crate) use link::{Link, Reach};
pub(crate) use signed_in::SignedIn;
