//! The media host alone, for this crate's tests; the app starts itself as `telestack media-host`.

use std::process::ExitCode;

fn main() -> ExitCode {
    telestack_media::host::main()
}
