//! People who called lately, so that each of their calls need not be looked up anew. One is known until a commit changes
//! anything of anybody ([`Changes`]): then all are looked up again.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use super::{caller::Caller, store::Changes};

/// People who are known at once; then it begins anew.
const MOST: usize = 10_000;

/// A user's id, and the hash of the session's secret.
type Key = (String, Vec<u8>);

#[derive(Debug, Default)]
pub struct Known {
    callers: Mutex<Callers>,
}

#[derive(Debug, Default)]
struct Callers {
    /// What [`Changes::people`] was when they were looked up.
    at: u64,
    known: HashMap<Key, Caller>,
}

impl Known {
    /// Somebody whose session lasts still, as they were found by `find`, now or a short time ago.
    pub fn or_find<E>(
        &self,
        changes: &Changes,
        now: i64,
        key: Key,
        find: impl FnOnce() -> Result<Option<Caller>, E>,
    ) -> Result<Option<Caller>, E> {
        let at = changes.people();
        {
            let callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
            if callers.at == at
                && let Some(caller) = callers.known.get(&key)
                && !caller.is_over(now)
            {
                return Ok(Some(caller.clone()));
            }
        }
        let found = find()?;
        if let Some(caller) = &found {
            let mut callers = self.callers.lock().unwrap_or_else(PoisonError::into_inner);
            if callers.at < at || callers.known.len() >= MOST {
                callers.known.clear();
                callers.at = callers.at.max(at);
            }
            // What was read before somebody else's change is not kept as if it came after.
            if callers.at == at {
                callers.known.insert(key, caller.clone());
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use tokio::runtime::Handle;

    use super::*;
    use crate::core::store::Store;

    const MAKE: &str = "INSERT INTO user (id, name, status, labels, prefs, email_verified, password_updated, created, updated, accessed)
                        VALUES ('ada', 'Ada', 1, '[]', '{}', 0, 0, 0, 0, 0)";

    fn key(session: u8) -> Key {
        ("ada".to_owned(), vec![session])
    }

    #[tokio::test]
    async fn who_is_known_is_not_looked_up_until_something_changes() {
        let folder = tempfile::tempdir().expect("folder");
        let store = Store::open(folder.path()).expect("opened");
        let (known, changes) = (Known::default(), store.changes());
        let ask = |session: u8, now: i64, there: Option<Caller>| {
            let mut asked = false;
            let found = known.or_find(changes, now, key(session), || {
                asked = true;
                Ok::<_, Infallible>(there)
            });
            let Ok(found) = found;
            (found.is_some(), asked)
        };
        let ada = || Some(Caller::user_for_test("ada"));
        assert_eq!(ask(1, 1, ada()), (true, true));
        assert_eq!(ask(1, 1, ada()), (true, false));
        assert_eq!(ask(1, i64::MAX, None), (false, true), "the session is over");
        assert_eq!(ask(2, 1, None), (false, true), "another session");
        store.write(|tx| Ok(tx.execute_batch(MAKE)?)).await.expect("written");
        assert_eq!(ask(1, 1, None), (false, true), "somebody changed");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_was_read_before_a_change_is_not_kept() {
        let folder = tempfile::tempdir().expect("folder");
        let store = Store::open(folder.path()).expect("opened");
        let (known, changes) = (Known::default(), store.changes());
        let while_read = || {
            let before = Caller::user_for_test("ada");
            let change = store.write(|tx| Ok(tx.execute_batch(MAKE)?));
            tokio::task::block_in_place(|| Handle::current().block_on(change))?;
            Ok::<_, crate::StoreError>(Some(before))
        };
        assert!(known.or_find(changes, 1, key(1), while_read).expect("found").is_some());
        let again = known.or_find(changes, 1, key(1), || Ok::<_, crate::StoreError>(None));
        assert!(again.expect("looked up").is_none());
    }
}
