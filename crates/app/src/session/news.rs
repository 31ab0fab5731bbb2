//! What others do, as the backend tells it: a change by one person is in everybody's window at once.

use telestack_backend::{BackendError, Event, News};
use telestack_model::{DATABASE, PEOPLE_TABLE};
use tokio::sync::mpsc;

use super::Link;
use crate::{files::Drives, people::Directory};

/// Files of every bucket that one may read.
const FILES: &str = "files";
/// News that wait while a listing is being fetched; more of them are not worth more than another look.
const WAITING: usize = 64;

/// Follows what happens until the session is over.
pub(crate) async fn follow(link: &Link, drives: &Drives, directory: &Directory) {
    let people = format!("tablesdb.{DATABASE}.tables.{PEOPLE_TABLE}.rows");
    let channels = [FILES.to_owned(), people.clone()];
    let (sender, mut news) = mpsc::channel(WAITING);
    let following = link.backend.follow(&channels, &sender, || link.online());
    let hearing = async {
        let mut heard = Vec::with_capacity(WAITING);
        let mut number = 0;
        while news.recv_many(&mut heard, WAITING).await > 0 {
            let mut files: Vec<Event> = Vec::new();
            let mut rows: Vec<Event> = Vec::new();
            for one in heard.drain(..) {
                match one {
                    News::Event(event) if event.is_on(FILES) => files.push(event),
                    News::Event(event) if event.is_on(&people) => rows.push(event),
                    News::Event(_) => {}
                    News::Listening => {
                        number += 1;
                        link.listening(number);
                    }
                    News::Lost(error) => {
                        link.deaf();
                        lost(link, error).await;
                    }
                }
            }
            drives.told(files).await;
            directory.told(rows).await;
        }
    };
    tokio::select! {
        () = following => {}
        () = hearing => {}
    }
}

/// A lost socket is often the first sign that the server went, or that the session did.
async fn lost(link: &Link, error: BackendError) {
    tracing::debug!(%error, "nothing is told for now");
    match error {
        BackendError::Offline(_) | BackendError::Unauthorized(_) => {
            let _ = link.call::<()>(async { Err(error) }).await;
        }
        _ => {}
    }
}
