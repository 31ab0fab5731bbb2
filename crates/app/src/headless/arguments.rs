//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// The app's core without a window: each event is a line of JSON on standard output.
///
/// Calls need TELESTACK_FFI_LIBRARY and TELESTACK_FFI_SHA256; `cargo xtask client` sets them.
#[derive(Debug, Parser)]
#[command(name = "telestack-headless")]
pub struct Arguments {
    /// Where TeleStack is served
    #[arg(long, value_name = "URL")]
    pub server: String,
    /// Of the account that acts
    #[arg(long)]
    pub email: String,
    /// Of the account; better in the environment, where other users of the machine do not see it
    #[arg(long, env = "TELESTACK_PASSWORD", hide_env_values = true)]
    pub password: String,
    /// A folder that is kept, opened with the keyring or with TELESTACK_PASSPHRASE; without it everything is forgotten
    #[arg(long, value_name = "DIR")]
    pub profile: Option<PathBuf>,
    #[command(subcommand)]
    pub action: Action,
}

#[derive(Debug, Clone, PartialEq, Eq, Subcommand)]
pub enum Action {
    /// Write a message; ends when the server has it
    Send {
        #[arg(long, value_name = "ID")]
        room: String,
        text: String,
    },
    /// Every message of a room, until Ctrl-C
    Tail {
        #[arg(long, value_name = "ID")]
        room: String,
    },
    /// Join the room's call with a test picture and a tone
    Call {
        #[arg(long, value_name = "ID")]
        room: String,
        /// Before it leaves again
        #[arg(long, value_name = "N")]
        seconds: u64,
        /// Receive no pictures: many of these on one machine are load for somebody else
        #[arg(long)]
        blind: bool,
    },
    /// Put a file into Files
    Upload {
        file: PathBuf,
        /// Without it, the first one that can be written to
        #[arg(long, value_name = "ID")]
        drive: Option<String>,
    },
    /// Who the directory finds
    People { query: String },
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, error::ErrorKind};

    use super::*;

    fn parse(line: &[&str]) -> Result<Arguments, clap::Error> {
        let always = ["telestack-headless", "--server", "http://x", "--email=a@b", "--password", "p"];
        Arguments::try_parse_from(always.iter().chain(line))
    }

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn an_action_stands_with_its_options() {
        let call = parse(&["call", "--room", "!r", "--seconds=5"]).unwrap_or_else(|fault| panic!("{fault}"));
        assert_eq!(call.action, Action::Call { room: "!r".into(), seconds: 5, blind: false });
        assert_eq!(call.email, "a@b");
        let send = parse(&["send", "--room", "!r", "--", "--text"]).unwrap_or_else(|fault| panic!("{fault}"));
        assert_eq!(send.action, Action::Send { room: "!r".into(), text: "--text".into() });
    }

    #[test]
    fn what_is_wrong_is_told_apart() {
        for (line, kind) in [
            (&["call", "--room", "!r"][..], ErrorKind::MissingRequiredArgument),
            (&["call", "--room", "!r", "--seconds", "long"], ErrorKind::ValueValidation),
            (&["dance"], ErrorKind::InvalidSubcommand),
            (&["people", "x", "y"], ErrorKind::UnknownArgument),
            (&["people", "x", "--room", "!r"], ErrorKind::UnknownArgument),
        ] {
            assert_eq!(parse(line).map(|parsed| parsed.action).map_err(|fault| fault.kind()), Err(kind));
        }
    }
}
