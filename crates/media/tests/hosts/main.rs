//! Media hosts as the app starts them.

mod calls;
mod frames;
mod life;
mod support;
