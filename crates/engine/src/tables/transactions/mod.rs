//! Operations performed at once, or staged for a transaction.

mod perform;

pub use self::perform::{perform, read};
