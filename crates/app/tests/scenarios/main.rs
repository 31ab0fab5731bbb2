//! Stories of the app core on the real engines, with no window.

mod areas;
mod offline;
mod refused;
mod support;
mod uploads;
