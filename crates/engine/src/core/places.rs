//! Where an address is, as a database that the organisation supplies says it (MaxMind's GeoIP2 or GeoLite2, DB-IP's): read
//! whole into memory, and read anew when the file is another. Without one nobody is anywhere.

use std::{
    fs,
    net::IpAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::{Duration, Instant, SystemTime},
};

use maxminddb::Reader;
use serde::Deserialize;

/// Bytes of a database at most.
const LARGEST: u64 = 512 * 1024 * 1024;
/// How often it is looked whether the file is another.
const LOOK: Duration = Duration::from_secs(1);

#[derive(Debug, thiserror::Error)]
pub enum PlacesError {
    #[error("it cannot be read: {0}")]
    Io(#[from] std::io::Error),
    #[error("it is over 512 MiB")]
    TooLarge,
    #[error("it is no database of addresses: {0}")]
    Damaged(String),
}

/// What is known of an address. What is not is empty.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Place {
    /// ISO 3166-1, two letters in upper case.
    pub country: String,
    pub city: String,
    pub time_zone: String,
    pub postal_code: String,
    /// Latitude and longitude in degrees.
    pub position: Option<(f64, f64)>,
    /// Number and name of the network that the address is in.
    pub network: Option<(u32, String)>,
}

/// A record as these databases have it; the smaller ones have only the country.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Record {
    country: Coded,
    registered_country: Coded,
    city: Named,
    location: Location,
    postal: Postal,
    autonomous_system_number: u32,
    autonomous_system_organization: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Coded {
    iso_code: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Named {
    names: English,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct English {
    en: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Location {
    latitude: Option<f64>,
    longitude: Option<f64>,
    time_zone: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Postal {
    code: String,
}

type Database = Reader<Vec<u8>>;

#[derive(Debug)]
pub struct Places {
    path: Option<PathBuf>,
    open: Arc<RwLock<Option<Arc<Database>>>>,
    looked: Mutex<Looked>,
}

/// Which file was tried last, and when it was looked whether there is another.
#[derive(Debug)]
struct Looked {
    at: Instant,
    file: Option<(SystemTime, u64)>,
}

impl Places {
    /// A database that cannot be opened is said in the log, and tried again when the file is another.
    pub fn open(path: Option<PathBuf>) -> Self {
        let file = path.as_deref().and_then(stamp);
        let places =
            Self { path, open: Arc::default(), looked: Mutex::new(Looked { at: Instant::now(), file }) };
        if let Some(path) = &places.path {
            take_up(path, &places.open);
        }
        places
    }

    /// Where an address is; nothing where that is not known.
    pub fn find(&self, ip: &str) -> Option<Place> {
        self.look();
        let ip: IpAddr = ip.parse().ok()?;
        let database = self.open.read().unwrap_or_else(PoisonError::into_inner).clone()?;
        place(&database, ip.to_canonical())
    }

    /// The country of an address, two letters; empty where it is not known.
    pub fn country(&self, ip: &str) -> String {
        self.find(ip).unwrap_or_default().country
    }

    /// Reads the file beside the requests where it is another than before; until it is read the former one answers.
    fn look(&self) {
        let Some(path) = &self.path else { return };
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        if looked.at.elapsed() < LOOK {
            return;
        }
        looked.at = Instant::now();
        let now = stamp(path);
        if now.is_none() || now == looked.file {
            return;
        }
        looked.file = now;
        let (path, open) = (path.clone(), self.open.clone());
        std::thread::spawn(move || take_up(&path, &open));
    }
}

/// What kind of database a file is, and when it was built in Unix seconds.
///
/// # Errors
/// It cannot be read, or is none.
pub fn check(path: &Path) -> Result<(String, u64), PlacesError> {
    let database = load(path)?;
    Ok((database.metadata().database_type.clone(), database.metadata().build_epoch))
}

fn take_up(path: &Path, open: &RwLock<Option<Arc<Database>>>) {
    match load(path) {
        Ok(database) => {
            tracing::info!(kind = database.metadata().database_type.as_str(), "addresses are looked up");
            *open.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(database));
        }
        Err(error) => {
            tracing::error!(path = %path.display(), %error, "the database of addresses is not used");
        }
    }
}

fn load(path: &Path) -> Result<Database, PlacesError> {
    if fs::metadata(path)?.len() > LARGEST {
        return Err(PlacesError::TooLarge);
    }
    read(fs::read(path)?)
}

fn read(bytes: Vec<u8>) -> Result<Database, PlacesError> {
    Reader::from_source(bytes).map_err(|error| PlacesError::Damaged(error.to_string()))
}

/// Changes whenever the file is replaced or written.
fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let file = fs::metadata(path).ok()?;
    Some((file.modified().ok()?, file.len()))
}

fn place(database: &Database, ip: IpAddr) -> Option<Place> {
    let record: Record = database.lookup(ip).ok()?.decode::<Record>().ok()??;
    let code = [record.country.iso_code, record.registered_country.iso_code];
    let country = code.into_iter().find(|code| !code.is_empty()).unwrap_or_default();
    let number = record.autonomous_system_number;
    Some(Place {
        country: country.to_uppercase(),
        city: record.city.names.en,
        time_zone: record.location.time_zone,
        postal_code: record.postal.code,
        position: record.location.latitude.zip(record.location.longitude),
        network: (number > 0).then_some((number, record.autonomous_system_organization)),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_database_answers_nothing() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("places.mmdb");
        assert!(matches!(check(&file), Err(PlacesError::Io(_))));
        fs::write(&file, "nothing").expect("written");
        assert!(matches!(check(&file), Err(PlacesError::Damaged(_))));
        assert_eq!(Places::open(Some(file)).find("127.0.0.1"), None);
        assert_eq!(Places::open(None).country("127.0.0.1"), "");
    }

    proptest! {
        /// Nobody but the administrator chooses the file, and yet a damaged one is no reason to fall.
        #[test]
        fn any_bytes_are_read(
            head in proptest::collection::vec(any::<u8>(), 0..400),
            tail in proptest::collection::vec(any::<u8>(), 0..120),
        ) {
            let mut bytes = head;
            bytes.extend_from_slice(b"\xab\xcd\xefMaxMind.com");
            bytes.extend(tail);
            if let Ok(database) = read(bytes) {
                let _ = place(&database, IpAddr::from([127, 0, 0, 1]));
            }
        }
    }
}
