//! The command line.

use std::path::PathBuf;

pub const USAGE: &str = "\
usage: telestack-headless --server URL --email E [--password P] [--profile DIR] ACTION

actions:
  send --room ID TEXT             write a message; ends when the server has it
  tail --room ID                  every message of a room, until Ctrl-C
  call --room ID --seconds N      join the room's call with a test picture and a tone
  upload FILE [--drive ID]        put a file into Files
  people QUERY                    who the directory finds

The password is also read from TELESTACK_PASSWORD. Without --profile, everything is forgotten at the end. A kept
profile is opened with the keyring, or with TELESTACK_PASSPHRASE. Calls need TELESTACK_FFI_LIBRARY and
TELESTACK_FFI_SHA256; `cargo xtask client` sets them.";

/// What is to be done, and as whom.
pub struct Arguments {
    pub server: String,
    pub email: String,
    pub password: String,
    pub profile: Option<PathBuf>,
    pub action: Action,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Action {
    Send { room: String, text: String },
    Tail { room: String },
    Call { room: String, seconds: u64 },
    Upload { file: PathBuf, drive: Option<String> },
    People { query: String },
}

/// The words of a command line: options by name, and what stands without one.
#[derive(Default)]
struct Words {
    options: Vec<(String, String)>,
    plain: Vec<String>,
}

impl Words {
    fn split(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut words = Self::default();
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            match argument.strip_prefix("--") {
                // What follows is text, whatever it begins with.
                Some("") => words.plain.extend(arguments.by_ref()),
                Some(name) => match name.split_once('=') {
                    Some((name, value)) => words.options.push((name.to_owned(), value.to_owned())),
                    None => {
                        let value = arguments.next().ok_or_else(|| format!("--{name} needs a value"))?;
                        words.options.push((name.to_owned(), value));
                    }
                },
                None => words.plain.push(argument),
            }
        }
        Ok(words)
    }

    fn option(&mut self, name: &str) -> Option<String> {
        let at = self.options.iter().position(|(known, _)| known == name)?;
        Some(self.options.remove(at).1)
    }

    fn needed(&mut self, name: &str) -> Result<String, String> {
        self.option(name).ok_or_else(|| format!("--{name} is missing"))
    }

    fn next(&mut self, what: &str) -> Result<String, String> {
        if self.plain.is_empty() { Err(format!("{what} is missing")) } else { Ok(self.plain.remove(0)) }
    }
}

impl Arguments {
    pub fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut words = Words::split(arguments)?;
        let password = words.option("password").or_else(|| std::env::var("TELESTACK_PASSWORD").ok());
        let parsed = Self {
            server: words.needed("server")?,
            email: words.needed("email")?,
            password: password.ok_or("--password is missing")?,
            profile: words.option("profile").map(PathBuf::from),
            action: Action::parse(&mut words)?,
        };
        if let Some((name, _)) = words.options.first() {
            return Err(format!("--{name} is not known here"));
        }
        match words.plain.first() {
            Some(word) => Err(format!("`{word}` is one word too many")),
            None => Ok(parsed),
        }
    }
}

impl Action {
    fn parse(words: &mut Words) -> Result<Self, String> {
        Ok(match words.next("an action")?.as_str() {
            "send" => Self::Send { room: words.needed("room")?, text: words.next("the text")? },
            "tail" => Self::Tail { room: words.needed("room")? },
            "call" => Self::Call {
                room: words.needed("room")?,
                seconds: words.needed("seconds")?.parse().map_err(|_| "--seconds is no number".to_owned())?,
            },
            "upload" => {
                Self::Upload { file: PathBuf::from(words.next("the file")?), drive: words.option("drive") }
            }
            "people" => Self::People { query: words.next("the query")? },
            other => return Err(format!("there is no action `{other}`")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &[&str]) -> Result<Arguments, String> {
        let always = ["--server", "http://x", "--email=a@b", "--password", "p"];
        Arguments::parse(always.iter().chain(line).map(|word| (*word).to_owned()))
    }

    #[test]
    fn options_and_words_come_in_any_order() {
        let call = parse(&["call", "--room", "!r", "--seconds=5"]).unwrap_or_else(|fault| panic!("{fault}"));
        assert_eq!(call.action, Action::Call { room: "!r".into(), seconds: 5 });
        assert_eq!(call.email, "a@b");
        let send = parse(&["--room", "!r", "send", "--", "--text"]).unwrap_or_else(|fault| panic!("{fault}"));
        assert_eq!(send.action, Action::Send { room: "!r".into(), text: "--text".into() });
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (line, named) in [
            (&["call", "--room", "!r"][..], "--seconds"),
            (&["dance"], "dance"),
            (&["people"], "query"),
            (&["people", "x", "y"], "`y`"),
            (&["people", "x", "--room", "!r"], "--room"),
            (&["tail", "--room"], "--room"),
        ] {
            let fault = parse(line).err().expect("a fault");
            assert!(fault.contains(named), "{fault}");
        }
    }
}
