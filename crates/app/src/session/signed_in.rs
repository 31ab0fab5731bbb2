//! Everything that lives as long as one sign-in.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use telestack_backend::{Backend, Credential};
use telestack_chat::Chat;
use telestack_media::Media;
use tokio::sync::watch;

use super::{Calls, Challenge, Gateway, Kept, Link, news, open::Restored, recovery};
use crate::{
    ApiError, Clock,
    files::{ChatFiles, Deletions, Drives, Looker, Uploads},
    people::Directory,
    store::{Account, SealedFiles, Vault},
    view::{Me, ServerInfo},
};

pub(crate) struct SignedIn {
    pub account: Account,
    /// Of the account, below the profile.
    pub folder: PathBuf,
    pub vault: Arc<Vault>,
    pub link: Link,
    pub gateway: Gateway,
    pub chat: Chat,
    pub directory: Arc<Directory>,
    pub drives: Arc<Drives>,
    pub uploads: Arc<Uploads>,
    pub deletions: Arc<Deletions>,
    pub chat_files: Arc<ChatFiles>,
    /// Pictures that were fetched, for the next time and for times without a network.
    pub pictures: SealedFiles,
    pub calls: Calls,
    /// What this session was asked in Settings, before it changes what the account is protected with.
    pub challenge: tokio::sync::Mutex<Challenge>,
    /// Tells that a recovery key waits to be shown.
    pub key_to_show: watch::Sender<()>,
    kept: Mutex<Kept>,
    over: watch::Sender<bool>,
}

impl SignedIn {
    /// Composes what was opened; nothing runs before [`SignedIn::run`].
    pub fn new(
        opened: Restored,
        folder: PathBuf,
        agent: &str,
        clock: Clock,
        media: Media,
    ) -> Result<Self, ApiError> {
        let Restored { account, key, vault, kept, chat } = opened;
        let appwrite = &kept.server.appwrite;
        let backend = Backend::named(&appwrite.endpoint, &appwrite.project, agent)?
            .with(Credential::Session(kept.credential.clone()));
        let link = Link::new(backend, clock.clone());
        let gateway = Gateway::new(&kept.server)?;
        let looker = Looker { user_id: kept.user_id.clone(), administrator: kept.is_administrator() };
        let drives = Arc::new(Drives::open(link.clone(), gateway.clone(), vault.clone(), looker)?);
        let calls = Calls::start(&kept, chat.clone(), media, vault.clone())?;
        Ok(Self {
            calls,
            gateway,
            directory: Arc::new(Directory::open(link.clone(), vault.clone(), chat.clone(), &kept.user_id)?),
            uploads: Arc::new(Uploads::open(link.clone(), chat.clone(), vault.clone(), drives.clone())?),
            deletions: Arc::new(Deletions::open(link.clone(), vault.clone(), drives.clone(), clock)?),
            chat_files: Arc::new(ChatFiles::open(chat.clone(), vault.clone(), drives.clone())?),
            pictures: SealedFiles::open(&folder.join("pictures"), &key.derive("pictures")),
            challenge: tokio::sync::Mutex::default(),
            key_to_show: watch::Sender::new(()),
            kept: Mutex::new(kept),
            over: watch::Sender::new(false),
            account,
            folder,
            vault,
            link,
            chat,
            drives,
        })
    }

    /// Starts what runs by itself. Nothing of it waits for a network here.
    pub fn run(self: &Arc<Self>) {
        self.forget_open_copies();
        let pictures = self.pictures.clone();
        tokio::task::spawn_blocking(move || pictures.trim());
        self.chat.start();
        let (link, gateway) = (self.link.clone(), self.gateway.clone());
        self.spawn(async move { link.watch(&gateway).await });
        let (link, drives, directory) = (self.link.clone(), self.drives.clone(), self.directory.clone());
        self.spawn(async move { news::follow(&link, &drives, &directory).await });
        let uploads = self.uploads.clone();
        self.spawn(async move { uploads.run().await });
        let deletions = self.deletions.clone();
        self.spawn(async move { deletions.run().await });
        let chat_files = self.chat_files.clone();
        self.spawn(async move { chat_files.run().await });
        let drives = self.drives.clone();
        self.spawn(async move { drives.run().await });
        let (vault, chat, told) = (self.vault.clone(), self.chat.clone(), self.key_to_show.clone());
        self.spawn(async move {
            if recovery::finish(&vault, &chat).await {
                told.send_replace(());
            }
        });
        let [rows, calls, presence, pictures] = std::array::from_fn(|_| self.directory.clone());
        self.spawn(async move { rows.follow_rows().await });
        self.spawn(async move { calls.follow_chat().await });
        self.spawn(async move { presence.follow_presence().await });
        self.spawn(async move { pictures.follow_pictures().await });
    }

    /// Runs a task until it ends or the session does.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(self.until_over(task));
    }

    /// The task, ended with the session.
    pub fn until_over(
        &self,
        task: impl Future<Output = ()> + Send + 'static,
    ) -> impl Future<Output = ()> + Send + 'static {
        let mut over = self.over.subscribe();
        async move {
            tokio::select! {
                _ = over.wait_for(|over| *over) => {}
                () = task => {}
            }
        }
    }

    /// Ends every task; nothing is sent or written any more.
    pub fn end(&self) {
        self.over.send_replace(true);
    }

    /// Where files are put for other programs to open: the one place where something readable lies on disk.
    pub fn open_copies(&self) -> PathBuf {
        self.folder.join("opened")
    }

    pub fn forget_open_copies(&self) {
        match std::fs::remove_dir_all(self.open_copies()) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::warn!(%error, "a file that was opened stays on disk");
            }
            _ => {}
        }
    }

    pub fn kept(&self) -> Kept {
        self.lock().clone()
    }

    pub fn me(&self) -> Me {
        self.lock().me()
    }

    pub fn server_info(&self) -> ServerInfo {
        self.lock().server_info()
    }

    /// Changes what is kept and writes it; whether anything changed.
    pub fn change_kept(&self, change: impl FnOnce(&mut Kept)) -> Result<bool, ApiError> {
        let mut kept = self.lock();
        let before = kept.me();
        change(&mut kept);
        if kept.me() == before {
            return Ok(false);
        }
        kept.write(&self.vault)?;
        Ok(true)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
