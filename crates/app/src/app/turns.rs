//! Signing in, restoring, rebuilding and signing out: one turn after the other.

use std::{sync::Arc, time::Duration};

use telestack_backend::{Backend, Credential};
use telestack_model::WellKnown;
use tokio::time::timeout;

use super::{App, asked::Asked, nothing_known};
use crate::{
    ApiError, ErrorCode, Sink, discovery,
    session::{
        Gateway, Kept, SignedIn, kept, keys,
        open::{self, Damage, Restored, Unopened},
        recovery,
    },
    store::{Account, KeyError, KeySource, StoreKey, Vault},
    view::{Factor, SessionState, SignInStep},
};

/// Every farewell has this long; the local stores go in any case.
const FAREWELL: Duration = Duration::from_secs(5);
/// Between two looks whether the disk has room again.
const ROOM_PACE: Duration = Duration::from_secs(2);

/// What a turn left for the next one.
pub(super) enum Waiting {
    Nothing,
    /// A further factor is to be shown.
    Factor(Box<Asked>),
    /// The account is proven, and a passphrase is to protect the new stores.
    Passphrase(Box<Verified>),
    /// A passphrase opens the stores that are here.
    Locked(Account),
    /// The keyring has the key, and cannot be asked.
    Keyring(Account),
    /// A store cannot be read.
    Damaged(Box<Damage>),
    /// The stores are opened when the disk has room.
    Room(Account, StoreKey),
}

/// Somebody who has shown the server all that it asks for.
pub(super) struct Verified {
    pub server: WellKnown,
    pub backend: Backend,
    pub credential: String,
    pub user: telestack_backend::Account,
}

/// What a right password opens.
enum Accepted {
    Everything(Box<Verified>),
    /// Nothing before a further factor was shown.
    Half(Box<Asked>),
}

impl App {
    pub(super) fn show(&self, state: SessionState) {
        self.inner.state.send_if_modified(|current| {
            let changed = *current != state;
            *current = state;
            changed
        });
    }

    pub(super) fn show_signed_out(&self, email: Option<String>) {
        let server = self.inner.options.server.clone().or_else(|| self.inner.profile.last_server());
        self.show(SessionState::SignedOut { server, email });
    }

    /// Opens what an earlier run left. No network is asked.
    pub(super) async fn restore(&self) {
        let mut turn = self.inner.turn.lock().await;
        let Some(account) = self.inner.profile.account() else {
            self.inner.profile.remove_leftovers();
            return self.show_signed_out(None);
        };
        *turn = self.open_with_its_key(account).await;
    }

    async fn open_with_its_key(&self, account: Account) -> Waiting {
        let opened = match (&account.key, &self.inner.options.passphrase) {
            (KeySource::Keyring, _) => keys::from_system(&account.id).await,
            (KeySource::Passphrase(wrapped), Some(passphrase)) => {
                keys::from_passphrase(wrapped, passphrase).await
            }
            (KeySource::Passphrase(_), None) => Err(KeyError::WrongPassphrase),
        };
        match opened {
            Ok(key) => self.open_account(account, key).await,
            Err(KeyError::WrongPassphrase) => {
                self.show(SessionState::NeedsPassphrase { creating: false });
                Waiting::Locked(account)
            }
            // To call the stores damaged would have somebody throw away what was not sent yet.
            Err(KeyError::NoKeyring) => {
                self.show(SessionState::KeyringClosed);
                Waiting::Keyring(account)
            }
            Err(error) => {
                let damage = Damage { account, message: error.to_string(), readable: None };
                self.show_damage(Box::new(damage))
            }
        }
    }

    /// Asks the keyring once more.
    pub(super) async fn ask_keyring_again(&self) -> Result<(), ApiError> {
        let mut turn = self.inner.turn.lock().await;
        match std::mem::replace(&mut *turn, Waiting::Nothing) {
            Waiting::Keyring(account) => {
                *turn = self.open_with_its_key(account).await;
                match *turn {
                    Waiting::Keyring(_) => Err(KeyError::NoKeyring.into()),
                    _ => Ok(()),
                }
            }
            other => {
                *turn = other;
                Err(ErrorCode::Invalid.with("no keyring is waited for"))
            }
        }
    }

    fn show_damage(&self, damage: Box<Damage>) -> Waiting {
        tracing::warn!(message = damage.message, "a local store cannot be opened");
        self.show(SessionState::StoreDamaged { message: damage.message.clone() });
        Waiting::Damaged(damage)
    }

    async fn open_account(&self, account: Account, key: StoreKey) -> Waiting {
        let folder = self.inner.profile.account_folder(&account.id);
        match open::restore(account.clone(), key.clone(), &folder, &self.inner.options.device_name).await {
            Ok(restored) => match self.enter(restored) {
                Ok(()) => Waiting::Nothing,
                Err(error) if error.code == ErrorCode::DiskFull => self.wait_for_room(account, key),
                Err(error) => {
                    self.show_damage(Box::new(Damage { account, message: error.message, readable: None }))
                }
            },
            Err(Unopened::NoRoom) => self.wait_for_room(account, key),
            Err(Unopened::Damaged(damage)) => self.show_damage(damage),
        }
    }

    /// Opens the stores later: to call them damaged would have somebody throw away what was not sent yet.
    fn wait_for_room(&self, account: Account, key: StoreKey) -> Waiting {
        tracing::warn!("the disk has no room to open the local stores");
        self.show(SessionState::DiskFull);
        let app = Arc::downgrade(&self.inner);
        tokio::spawn(async move {
            tokio::time::sleep(ROOM_PACE).await;
            if let Some(inner) = app.upgrade() {
                Self { inner }.open_again().await;
            }
        });
        Waiting::Room(account, key)
    }

    /// Boxed: opening may lead here again.
    fn open_again(self) -> futures_util::future::BoxFuture<'static, ()> {
        Box::pin(async move {
            let mut turn = self.inner.turn.lock().await;
            match std::mem::replace(&mut *turn, Waiting::Nothing) {
                Waiting::Room(account, key) => *turn = self.open_account(account, key).await,
                other => *turn = other,
            }
        })
    }

    /// Everything is open: from here on somebody is signed in.
    fn enter(&self, restored: Restored) -> Result<(), ApiError> {
        let folder = self.inner.profile.account_folder(&restored.account.id);
        let clock = self.inner.clock.clone();
        let signed =
            Arc::new(SignedIn::new(restored, folder, &self.agent(), clock, self.inner.media.clone())?);
        self.inner.connection.send_replace(nothing_known());
        self.inner.signed.send_replace(Some(signed.clone()));
        signed.run();
        self.follow(&signed);
        self.show_signed_in(&signed);
        Ok(())
    }

    fn agent(&self) -> String {
        format!("TeleStack {} ({})", env!("CARGO_PKG_VERSION"), self.inner.options.device_name)
    }

    pub(super) async fn begin(
        &self,
        server: &str,
        email: &str,
        password: &str,
        progress: &Sink<SignInStep>,
    ) -> Result<(), ApiError> {
        let mut turn = self.inner.turn.lock().await;
        if self.inner.signed.borrow().is_some() || self.inner.profile.account().is_some() {
            return Err(ErrorCode::Invalid.with("somebody is signed in here"));
        }
        // A window that is gone does not end what it began.
        let tell = |step| {
            progress(step);
        };
        tell(SignInStep::FindingServer);
        let server = discovery::discover(server, self.inner.clock.now()).await?;
        tell(SignInStep::CheckingPassword);
        match self.check_password(server, email, password).await? {
            Accepted::Everything(verified) => self.go_on(&mut turn, *verified, &tell).await,
            Accepted::Half(asked) => {
                self.show(asked.state());
                *turn = Waiting::Factor(asked);
                Ok(())
            }
        }
    }

    /// Goes on with an account that is proven: a key for what is kept here, and the rest.
    pub(super) async fn go_on(
        &self,
        turn: &mut Waiting,
        verified: Verified,
        tell: &(dyn Fn(SignInStep) + Sync),
    ) -> Result<(), ApiError> {
        tell(SignInStep::OpeningStore);
        let id = crate::files::new_id()?;
        let key = match &self.inner.options.passphrase {
            Some(passphrase) => {
                keys::locked(passphrase).await.map(|(key, w)| (key, KeySource::Passphrase(w)))
            }
            None => keys::new_in_system(&id).await.map(|key| (key, KeySource::Keyring)),
        };
        match key {
            Ok((key, source)) => self.complete(verified, id, key, source, tell).await,
            Err(KeyError::NoKeyring | KeyError::Missing) => {
                *turn = Waiting::Passphrase(Box::new(verified));
                self.show(SessionState::NeedsPassphrase { creating: true });
                Ok(())
            }
            Err(error) => {
                farewell(&verified.backend).await;
                Err(error.into())
            }
        }
    }

    async fn check_password(
        &self,
        server: WellKnown,
        email: &str,
        password: &str,
    ) -> Result<Accepted, ApiError> {
        // The server was just reached: it is its backend that is away.
        let reached = |error: telestack_backend::BackendError| {
            let error = ApiError::from(error);
            match error.code {
                ErrorCode::Offline | ErrorCode::NotFound => ErrorCode::FilesUnavailable.with(error.message),
                // An address that is none, a password that could not be one.
                ErrorCode::Invalid => ErrorCode::WrongCredentials.with(error.message),
                _ => error,
            }
        };
        let appwrite = &server.appwrite;
        let guest = Backend::named(&appwrite.endpoint, &appwrite.project, &self.agent())?;
        let begun = guest.sign_in(email, password).await.map_err(reached)?;
        let backend = guest.with(Credential::Session(begun.credential.clone()));
        let credential = begun.credential;
        match backend.account().await {
            Ok(user) => Ok(Accepted::Everything(Box::new(Verified { server, backend, credential, user }))),
            Err(error) if error.wants_factor() => {
                let factors = Factor::of(backend.factors().await.map_err(reached)?);
                let asked = Asked::signing_in(server, email.to_owned(), backend, credential, factors);
                Ok(Accepted::Half(Box::new(asked)))
            }
            Err(error) => Err(reached(error)),
        }
    }

    /// The second half of signing in. What fails leaves nothing behind, here or there.
    async fn complete(
        &self,
        verified: Verified,
        id: String,
        key: StoreKey,
        source: KeySource,
        tell: &(dyn Fn(SignInStep) + Sync),
    ) -> Result<(), ApiError> {
        let backend = verified.backend.clone();
        let account = Account { id, server: verified.server.server.to_string(), key: source };
        let result = match self.join(verified, &account, key, tell).await {
            Ok(restored) => {
                let chat = restored.chat.clone();
                let entered = self.enter(restored);
                if entered.is_err() {
                    let _ = timeout(FAREWELL, chat.sign_out()).await;
                }
                entered
            }
            Err(error) => Err(error),
        };
        if let Err(error) = &result {
            tracing::info!(code = error.code.as_str(), "signing in failed and is undone");
            farewell(&backend).await;
            self.remove(&account);
        } else {
            tell(SignInStep::Done);
        }
        result
    }

    async fn join(
        &self,
        verified: Verified,
        account: &Account,
        key: StoreKey,
        tell: &(dyn Fn(SignInStep) + Sync),
    ) -> Result<Restored, ApiError> {
        let folder = self.inner.profile.account_folder(&account.id);
        let vault = open::open_stores(&folder, &key).await?;
        tell(SignInStep::JoiningChat);
        let jwt = verified.backend.create_jwt().await?;
        let login = Gateway::new(&verified.server)?.matrix_login(&jwt).await?;
        let (chat, session) = open::join_chat(&folder, &key, login, &self.inner.options.device_name).await?;
        let kept = Kept {
            user_id: verified.user.id,
            name: verified.user.name,
            email: verified.user.email,
            role: telestack_model::Role::default(),
            avatar: None,
            credential: verified.credential,
            chat: session,
            server: verified.server,
        };
        let restored = Restored { account: account.clone(), key, vault, kept, chat };
        tell(SignInStep::SettingUpEncryption);
        // Before the account's keys are made: should the program die over it, they are in the store that the next run
        // opens.
        let written = restored.kept.write(&restored.vault).map_err(ApiError::from);
        let written = written.and_then(|()| Ok(self.inner.profile.set_account(account)?));
        let prepared = match written {
            Ok(()) => prepare(&restored).await,
            Err(error) => Err(error),
        };
        match prepared {
            Ok(()) => Ok(restored),
            Err(error) => {
                let _ = timeout(FAREWELL, restored.chat.sign_out()).await;
                Err(error)
            }
        }
    }

    pub(super) async fn use_passphrase(&self, passphrase: &str) -> Result<(), ApiError> {
        if passphrase.is_empty() {
            return Err(ErrorCode::WrongPassphrase.with("it is empty"));
        }
        let mut turn = self.inner.turn.lock().await;
        match std::mem::replace(&mut *turn, Waiting::Nothing) {
            Waiting::Locked(account) => {
                let KeySource::Passphrase(wrapped) = &account.key else {
                    return Err(ErrorCode::Invalid.with("no passphrase opens this store"));
                };
                match keys::from_passphrase(wrapped, passphrase).await {
                    Ok(key) => {
                        *turn = self.open_account(account, key).await;
                        Ok(())
                    }
                    Err(error) => {
                        *turn = Waiting::Locked(account);
                        Err(error.into())
                    }
                }
            }
            Waiting::Passphrase(verified) => {
                let (key, wrapped) = keys::locked(passphrase).await?;
                let id = crate::files::new_id()?;
                let source = KeySource::Passphrase(wrapped);
                let result = self.complete(*verified, id, key, source, &|_| {}).await;
                if result.is_err() {
                    self.show_signed_out(None);
                }
                result
            }
            other => {
                *turn = other;
                Err(ErrorCode::Invalid.with("no passphrase is waited for"))
            }
        }
    }

    /// Throws away what cannot be read and fetches it anew, as a new chat device where the session can be read.
    pub(super) async fn rebuild(&self) -> Result<(), ApiError> {
        let mut turn = self.inner.turn.lock().await;
        let damage = match std::mem::replace(&mut *turn, Waiting::Nothing) {
            Waiting::Damaged(damage) => damage,
            Waiting::Keyring(account) => {
                Box::new(Damage { account, message: KeyError::NoKeyring.to_string(), readable: None })
            }
            other => {
                *turn = other;
                return Err(ErrorCode::Invalid.with("no store is damaged"));
            }
        };
        let Some((key, vault, kept)) = &damage.readable else {
            self.remove(&damage.account);
            self.show_signed_out(None);
            return Ok(());
        };
        match self.rejoin(&damage.account, key, vault, kept).await {
            Ok(restored) => self.enter(restored),
            Err(error) if error.code == ErrorCode::SignedOut => {
                self.remove(&damage.account);
                self.show_signed_out(Some(kept.email.clone()));
                Ok(())
            }
            Err(error) => {
                *turn = Waiting::Damaged(damage);
                Err(error)
            }
        }
    }

    async fn rejoin(
        &self,
        account: &Account,
        key: &StoreKey,
        vault: &Arc<Vault>,
        kept: &Kept,
    ) -> Result<Restored, ApiError> {
        let appwrite = &kept.server.appwrite;
        let backend = Backend::named(&appwrite.endpoint, &appwrite.project, &self.agent())?
            .with(Credential::Session(kept.credential.clone()));
        let jwt = backend.create_jwt().await?;
        let login = Gateway::new(&kept.server)?.matrix_login(&jwt).await?;
        let folder = self.inner.profile.account_folder(&account.id);
        let (chat, session) = open::join_chat(&folder, key, login, &self.inner.options.device_name).await?;
        let kept = Kept { chat: session, ..kept.clone() };
        let restored =
            Restored { account: account.clone(), key: key.clone(), vault: vault.clone(), kept, chat };
        restored.kept.write(&restored.vault)?;
        prepare(&restored).await?;
        Ok(restored)
    }

    /// Ends all three sessions and removes what is here.
    pub(super) async fn end(&self) {
        let mut turn = self.inner.turn.lock().await;
        let waiting = std::mem::replace(&mut *turn, Waiting::Nothing);
        if let Some(signed) = self.leave() {
            let email = signed.kept().email;
            tokio::join!(
                async { drop(timeout(FAREWELL, signed.calls.shutdown()).await) },
                async { drop(timeout(FAREWELL, signed.chat.sign_out()).await) },
                farewell(&signed.link.backend),
            );
            self.remove(&signed.account);
            return self.show_signed_out(Some(email));
        }
        match waiting {
            Waiting::Nothing => {}
            Waiting::Factor(asked) => return self.give_up(*asked).await,
            Waiting::Passphrase(verified) => farewell(&verified.backend).await,
            Waiting::Locked(account) | Waiting::Keyring(account) | Waiting::Room(account, _) => {
                self.remove(&account);
            }
            Waiting::Damaged(damage) => {
                if let Some((_, _, kept)) = &damage.readable {
                    let appwrite = &kept.server.appwrite;
                    if let Ok(backend) = Backend::named(&appwrite.endpoint, &appwrite.project, &self.agent())
                    {
                        farewell(&backend.with(Credential::Session(kept.credential.clone()))).await;
                    }
                }
                self.remove(&damage.account);
            }
        }
        self.show_signed_out(None);
    }

    /// The server ended this session: what is here goes, as when one signs out.
    pub(super) async fn ended_elsewhere(&self) {
        let mut turn = self.inner.turn.lock().await;
        let Some(signed) = self.leave() else { return };
        *turn = Waiting::Nothing;
        tracing::info!("this session was ended by the server");
        let email = signed.kept().email;
        // One of the two may still stand.
        tokio::join!(
            async { drop(timeout(FAREWELL, signed.calls.shutdown()).await) },
            async { drop(timeout(FAREWELL, signed.chat.sign_out()).await) },
            farewell(&signed.link.backend),
        );
        self.remove(&signed.account);
        self.show_signed_out(Some(email));
    }

    fn leave(&self) -> Option<Arc<SignedIn>> {
        let signed = self.inner.signed.send_replace(None)?;
        signed.end();
        self.inner.unread.send_replace(0);
        self.inner.connection.send_replace(nothing_known());
        Some(signed)
    }

    fn remove(&self, account: &Account) {
        if let Err(error) = self.inner.profile.remove_account(account) {
            tracing::warn!(%error, "some of an account's files stay on this computer");
        }
    }
}

/// Encryption set up.
async fn prepare(restored: &Restored) -> Result<(), ApiError> {
    let made = recovery::set_up(&restored.vault, &restored.chat).await.map_err(|error| match error.code {
        ErrorCode::Offline | ErrorCode::Internal => ErrorCode::ChatUnavailable.with(error.message),
        _ => error,
    })?;
    // A new device of an account whose recovery key is here takes the account's keys over.
    if !made
        && let Some(key) = kept::recovery_key(&restored.vault)?
        && let Err(error) = restored.chat.recover(&key).await
    {
        tracing::warn!(%error, "the kept recovery key does not open the account's keys");
    }
    Ok(())
}

/// Ends the Appwrite session, if the server can be told.
pub(super) async fn farewell(backend: &Backend) {
    if !matches!(timeout(FAREWELL, backend.end_session("current")).await, Ok(Ok(()))) {
        tracing::info!("the server was not told that a session ended");
    }
}
