//! How many files and connections this process may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// As many as are of use. Where the system sets no bound, programs that go through all that might be open would take for ever.
const ENOUGH: u64 = 65_536;

/// Raises the limit as far as it goes, and answers it: it is 1,024 for most processes, and ten thousand sockets of realtime need
/// more.
pub fn raise() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.unwrap_or(ENOUGH).min(ENOUGH);
    let current = limit.current.unwrap_or(ENOUGH);
    if current >= wanted {
        return current;
    }
    match setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: limit.maximum }) {
        Ok(()) => wanted,
        Err(error) => {
            tracing::warn!(%error, current, "the limit of open files stays");
            current
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_as_high_as_it_may_be() {
        let raised = raise();
        let limit = getrlimit(Resource::Nofile);
        assert_eq!(limit.current.unwrap_or(ENOUGH), raised);
        assert!(raised >= limit.maximum.unwrap_or(ENOUGH).min(ENOUGH));
        assert_eq!(raise(), raised);
    }
}
