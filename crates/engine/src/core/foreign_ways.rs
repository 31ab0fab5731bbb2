//! The ways, other than ours, in which passwords of people here are hashed still. Each has a cost of its own, and a wrong
//! password must not take a time that tells whose it is: so every wrong sign-in pays for all of them, whoever it is for.
//! Who signs in has a hash of ours from then on; at the next start a way that nobody needs any more costs nothing.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::OnceCell;

use super::{
    password,
    store::{Store, StoreError},
};

/// Ways that are paid for at most: each is work that strangers can ask for.
const MOST: usize = 8;

/// A hash of each way, by the way's name.
pub type Samples = BTreeMap<String, String>;

#[derive(Debug, Default)]
pub struct ForeignWays {
    /// Looked for at the first sign-in.
    samples: OnceCell<Mutex<Arc<Samples>>>,
}

impl ForeignWays {
    pub async fn samples(&self, store: &Store) -> Result<Arc<Samples>, StoreError> {
        let samples = self.known(store).await?;
        Ok(samples.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    /// Somebody came with this hash, and is in the store already.
    pub async fn add(&self, store: &Store, hash: &str) -> Result<(), StoreError> {
        // First what was there: whoever reads it from the store later has missed nobody.
        let samples = self.known(store).await?;
        let mut samples = samples.lock().unwrap_or_else(PoisonError::into_inner);
        insert(Arc::make_mut(&mut samples), hash);
        Ok(())
    }

    async fn known(&self, store: &Store) -> Result<&Mutex<Arc<Samples>>, StoreError> {
        let read = store.read(|c| {
            let sql = format!("SELECT password FROM user WHERE password NOT LIKE '{}%'", password::OURS);
            let mut statement = c.prepare(&sql)?;
            let mut rows = statement.query([])?;
            let mut samples = Samples::new();
            while let Some(row) = rows.next()? {
                insert(&mut samples, row.get_ref(0)?.as_str().unwrap_or_default());
            }
            Ok(Mutex::new(Arc::new(samples)))
        });
        self.samples.get_or_try_init(|| read).await
    }
}

fn insert(samples: &mut Samples, hash: &str) {
    let Some(way) = password::foreign_way(hash) else { return };
    if samples.contains_key(&way) {
        return;
    }
    if samples.len() < MOST {
        samples.insert(way, hash.to_owned());
    } else {
        tracing::warn!(
            "passwords of people here are hashed in more ways than are paid for at each sign-in: how long a wrong one takes \
             may tell who has an account, until they have signed in"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEOPLE: &str = r#"
        INSERT INTO user (id, name, status, labels, prefs, email_verified, password_updated, created, updated, accessed, password)
        VALUES ('a', '', 1, '[]', '{}', 0, 0, 0, 0, 0, NULL),
          ('b', '', 1, '[]', '{}', 0, 0, 0, 0, 0, '$argon2id$v=19$m=65536,t=4,p=3$bm9ib2R5bm9ib2R5$AAAAAAAA'),
          ('c', '', 1, '[]', '{}', 0, 0, 0, 0, 0, '{"kind":"md5","hash":"144fa7eaa4904e8ee120651997f70dcc"}'),
          ('d', '', 1, '[]', '{}', 0, 0, 0, 0, 0, '{"kind":"bcrypt","hash":"$2a$05$CCCCCCCCCCCCCCCCCCCCC."}'),
          ('e', '', 1, '[]', '{}', 0, 0, 0, 0, 0, '{"kind":"bcrypt","hash":"$2a$05$XXXXXXXXXXXXXXXXXXXXX."}')"#;

    #[tokio::test]
    async fn each_way_of_the_people_here_is_known_once_and_at_most_so_many() {
        let folder = tempfile::tempdir().expect("folder");
        let store = Store::open(folder.path()).expect("opened");
        store.write(|tx| Ok(tx.execute_batch(PEOPLE)?)).await.expect("written");
        let ways = ForeignWays::default();
        let named = async || ways.samples(&store).await.expect("read").keys().cloned().collect::<Vec<_>>();
        assert_eq!(named().await, ["bcrypt 05"]);
        for cost in 6..30 {
            let hash = format!(r#"{{"kind":"bcrypt","hash":"$2a${cost:02}$CCCCCCCCCCCCCCCCCCCCC."}}"#);
            ways.add(&store, &hash).await.expect("known");
        }
        assert_eq!(named().await.len(), MOST);
    }
}
