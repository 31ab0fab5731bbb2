//! Chat on the real engines: one file, one story.

mod all_lost;
mod calls;
mod going_out;
mod hostile_html;
mod inviting;
mod new_device;
mod nothing_readable;
mod offline;

mod people;
mod restart;
mod two_people;
mod verification;

mod world;
