//! Making a backup while the server runs.

use std::{
    collections::{HashMap, HashSet},
    fs,
    path::{Path, PathBuf},
};

use telestack_engine::care::{self, Data, Kept};

use super::{
    CareError, SECRETS, digest,
    manifest::{Entry, Manifest},
    part::Part,
    place,
};

/// How often the database is copied anew because files went away meanwhile. Each round has only what is new to copy.
const ROUNDS: usize = 10;

/// What was backed up.
#[derive(Debug, Default)]
pub struct Backup {
    pub files: usize,
    pub bytes: u64,
    /// Files that were there already.
    pub kept: usize,
    /// Files whose bytes are in the object store, and so not in the backup.
    pub away: usize,
    /// What was wrong with the data before: it is not, or not rightly, in the backup.
    pub faults: Vec<String>,
}

/// Copies the data folder `data` into the backup `to`, which is then whole and of one moment.
///
/// # Errors
/// It could not be made; a backup that was there is still there, and whole.
pub fn backup(data: &Path, to: &Path) -> Result<Backup, CareError> {
    let (data, to) = (place::real(data)?, place::real(to)?);
    place::apart(&data, &to)?;
    super::refuse_half_restored(&data)?;
    // Before anything is made: not every folder is a data folder.
    let mut parts = Vec::new();
    for part in Part::all(&data)? {
        let engine = data.join(&part.place);
        parts.push((Data::open(&engine).map_err(CareError::of(&engine))?, engine, part));
    }
    let _lock = place::take(&to)?;
    let before = Manifest::read(&to).unwrap_or_default();
    let now = chrono::Utc::now();
    let (pool, folder) = (to.join("blobs"), to.join(format!("run-{}", now.format("%Y%m%dT%H%M%S%3fZ"))));
    let known = known(before.as_ref());
    // Runs that ended early left what the manifest does not name.
    sweep(&to, before.as_ref(), false)?;
    let runs: Vec<Run> = parts
        .iter()
        .map(|(live, engine, part)| Run {
            live,
            part,
            blobs: care::blobs(engine),
            before: &known,
            pool: part.within(&pool),
            folder: part.within(&folder),
            to: &to,
        })
        .collect();
    let made = make(&runs, &data, &folder, now.to_rfc3339()).and_then(|(manifest, report)| {
        for folder in runs.iter().flat_map(|run| [&run.pool, &run.folder]).chain([&pool, &folder]) {
            place::sync_folder(folder)?;
        }
        manifest.write(&to)?;
        Ok((manifest, report))
    });
    match made {
        Ok((manifest, report)) => {
            sweep(&to, Some(&manifest), true)?;
            Ok(report)
        }
        Err(error) => {
            // The blobs stay for the next run; this run's own folder is of no use to it.
            let _ = fs::remove_dir_all(&folder);
            Err(error)
        }
    }
}

/// Copies each part, and then what they share. The first of `runs` works in `folder` itself.
fn make(runs: &[Run], data: &Path, folder: &Path, made: String) -> Result<(Manifest, Backup), CareError> {
    let (mut files, mut lost, mut report) = (Vec::new(), Vec::new(), Backup::default());
    for run in runs {
        place::private_folder(&run.pool)?;
        place::private_folder(&run.folder)?;
        let round = run.make()?;
        files.extend(round.files);
        lost.extend(round.lost);
        report.add(round.report);
    }
    if let Some(first) = runs.first() {
        let secrets = folder.join(SECRETS);
        if digest::copy(&data.join(SECRETS), &secrets)? {
            files.push(first.entry(&secrets, SECRETS)?.0);
        } else {
            report.faults.push(format!("{SECRETS} is missing in {}", data.display()));
        }
        first.look_again(&files)?;
    }
    report.files = files.len();
    report.bytes = files.iter().map(|entry| entry.size).sum();
    let version = env!("CARGO_PKG_VERSION").to_owned();
    Ok((Manifest { made, version, files, lost }, report))
}

impl Backup {
    fn add(&mut self, other: Self) {
        self.kept += other.kept;
        self.away += other.away;
        self.faults.extend(other.faults);
    }
}

/// The files of a backup of before by their paths in it.
fn known(before: Option<&Manifest>) -> HashMap<&str, &Entry> {
    before
        .into_iter()
        .flat_map(|manifest| &manifest.files)
        .map(|entry| (entry.path.as_str(), entry))
        .collect()
}

/// The copying of one part.
struct Run<'a> {
    live: &'a Data,
    part: &'a Part,
    blobs: PathBuf,
    before: &'a HashMap<&'a str, &'a Entry>,
    /// Of complete files, shared with other runs.
    pool: PathBuf,
    /// Of this run alone.
    folder: PathBuf,
    to: &'a Path,
}

/// What became of one file.
enum Taken {
    Here(Here),
    /// It went away, or became complete, since the database was copied.
    Moved,
    Lost(String),
}

/// One file that is in the backup.
#[derive(Clone)]
struct Here {
    entry: Entry,
    was_there: bool,
    fault: Option<String>,
}

/// What one round leaves.
struct Round {
    files: Vec<Entry>,
    lost: Vec<String>,
    report: Backup,
}

impl Run<'_> {
    fn make(&self) -> Result<Round, CareError> {
        let mut taken = HashMap::new();
        for _ in 0..ROUNDS {
            if let Some(round) = self.round(&mut taken)? {
                return Ok(round);
            }
        }
        Err(CareError::Refused(
            "files are deleted faster than they are copied: run it at a quieter time".into(),
        ))
    }

    /// Copies the database and then what it speaks of. None: something of that went away meanwhile.
    fn round(&self, taken: &mut HashMap<i64, Here>) -> Result<Option<Round>, CareError> {
        let copy = self.folder.join("engine.sqlite");
        digest::remove_if_there(&copy)
            .and_then(|()| place::private_file(&copy))
            .map_err(CareError::at(&copy))?;
        self.live.snapshot(&copy).map_err(CareError::of(&copy))?;
        let database = Data::open_copy(&copy).map_err(CareError::of(&copy))?;
        let faults = database.faults().map_err(CareError::of(&copy))?;
        if !faults.is_empty() {
            return Err(CareError::Damaged {
                what: self.part.says(&format!("the database ({})", faults.join("; "))),
                mend: "the backup of before was left as it is: restore it into an empty folder".into(),
            });
        }
        let (mut files, mut lost, mut report) = (Vec::new(), Vec::new(), Backup::default());
        files.push(self.entry(&copy, &self.part.database())?.0);
        for file in database.files().map_err(CareError::of(&copy))? {
            report.away += usize::from(file.away);
            if !file.is_here() {
                continue;
            }
            let here = match taken.get(&file.number) {
                Some(known) => known.clone(),
                None => match self.file(&file)? {
                    Taken::Here(here) => here,
                    Taken::Moved => return Ok(None),
                    Taken::Lost(what) => {
                        report.faults.push(format!("{what} are missing"));
                        lost.push(what);
                        continue;
                    }
                },
            };
            report.kept += usize::from(here.was_there);
            report.faults.extend(here.fault.clone());
            files.push(here.entry.clone());
            if file.complete {
                taken.insert(file.number, here);
            }
        }
        Ok(Some(Round { files, lost, report }))
    }

    fn file(&self, file: &Kept) -> Result<Taken, CareError> {
        let from = super::check::place_of(file, &self.blobs);
        let name = from.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let (pooled, own) = (self.pool.join(&name), self.folder.join(&name));
        let was_there = file.complete && pooled.exists();
        let path = if file.complete && !was_there {
            digest::link_or_copy(&from, &pooled)?.then_some(&pooled)
        } else if was_there && digest::is_same(&from, &pooled) {
            Some(&pooled)
        } else {
            // What may still change, or is not what the pool has by this name, is this run's alone.
            digest::copy(&from, &own)?.then_some(&own)
        };
        let now = self.live.is_complete(file.number).map_err(CareError::of(&self.blobs))?;
        if now != Some(file.complete) && (path.is_none() || !file.complete) {
            return Ok(Taken::Moved);
        }
        let to = format!("{}/blobs/{name}", self.part.place);
        let read = |path: &PathBuf| {
            let (entry, md5) = self.entry(path, &to)?;
            let fault = super::check::fault_of(file, entry.size, md5.as_deref());
            let fault = fault.map(|fault| self.part.says(&fault));
            Ok::<_, CareError>(Here { was_there: was_there && *path == pooled, entry, fault })
        };
        let what = self.part.says(&format!("the bytes of {}", file.label()));
        let here = path.map(read).transpose()?;
        let fault = match &here {
            None => Some(format!("{what} are missing")),
            Some(here) => here.fault.clone(),
        };
        // What was lost or damaged since the run before is in the backup still, and must not go out of it now.
        if let Some(fault) = fault
            && was_there
            && path != Some(&pooled)
        {
            let kept = read(&pooled)?;
            if kept.fault.is_none() {
                digest::remove_if_there(&own).map_err(CareError::at(&own))?;
                let fault = format!("{fault}; the backup has them from before");
                return Ok(Taken::Here(Here { fault: Some(fault), ..kept }));
            }
        }
        Ok(here.map_or(Taken::Lost(what), Taken::Here))
    }

    /// Names a file that is in the backup now. What the run before hashed and nobody touched is not read again; then its
    /// MD5 is not known.
    fn entry(&self, path: &Path, to: &str) -> Result<(Entry, Option<String>), CareError> {
        let name = path.strip_prefix(self.to).unwrap_or(path).to_string_lossy().into_owned();
        let size = fs::metadata(path).map_err(CareError::at(path))?.len();
        if let Some(known) = self.before.get(name.as_str())
            && known.size == size
            && known.to == to
        {
            return Ok(((*known).clone(), None));
        }
        let content = digest::read(path).map_err(CareError::at(path))?;
        let entry = Entry { path: name, to: to.to_owned(), size: content.size, sha256: content.sha256 };
        Ok((entry, Some(content.md5)))
    }

    /// Everything that the manifest will name is there, in its size.
    fn look_again(&self, files: &[Entry]) -> Result<(), CareError> {
        for entry in files {
            let path = self.to.join(&entry.path);
            let size = fs::metadata(&path).map_err(CareError::at(&path))?.len();
            if size != entry.size {
                return Err(CareError::Damaged {
                    what: path.display().to_string(),
                    mend: "something else writes into the backup: run it again into another folder".into(),
                });
            }
        }
        Ok(())
    }
}

/// Removes what the manifest does not name: folders of other runs, and with `blobs` also what the pool has too much.
fn sweep(to: &Path, manifest: Option<&Manifest>, blobs: bool) -> Result<(), CareError> {
    let named: HashSet<PathBuf> =
        manifest.into_iter().flat_map(|manifest| &manifest.files).map(|entry| to.join(&entry.path)).collect();
    // Those of further projects lie in folders of it.
    let runs: HashSet<&Path> = named.iter().flat_map(|path| path.ancestors().skip(1)).collect();
    for entry in fs::read_dir(to).map_err(CareError::at(to))? {
        let path = entry.map_err(CareError::at(to))?.path();
        let of_run = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("run-"));
        if of_run && !runs.contains(path.as_path()) {
            fs::remove_dir_all(&path).map_err(CareError::at(&path))?;
        }
    }
    sweep_pool(&to.join("blobs"), &named, blobs)
}

/// As [`sweep`], of the pool and of those of further projects in it.
fn sweep_pool(pool: &Path, named: &HashSet<PathBuf>, blobs: bool) -> Result<(), CareError> {
    if !pool.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(pool).map_err(CareError::at(pool))? {
        let path = entry.map_err(CareError::at(pool))?.path();
        if path.is_dir() {
            sweep_pool(&path, named, blobs)?;
            // One with nothing in it is of a project that is gone; one with something in it stays.
            let _ = fs::remove_dir(&path);
        // A whole blob that is not named yet saves the next run its copy; half of one saves nothing.
        } else if !named.contains(&path) && (blobs || path.extension().is_some_and(|kind| kind == "part")) {
            digest::remove_if_there(&path).map_err(CareError::at(&path))?;
        }
    }
    Ok(())
}
