//! Stories of the app core on the real engines, with no window.

mod areas;
mod full_disk;
mod headless;
mod offline;
mod refused;
mod second_factor;
mod support;
mod told;
mod too_large;
mod uploads;
