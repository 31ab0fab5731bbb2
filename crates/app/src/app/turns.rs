//! Restoring, rebuilding and signing out: one turn after the other. Signing in is one, too (`signing_in.rs`).

use std::{sync::Arc, time::Duration};

use telestack_backend::{Backend, Credential};
use tokio::time::timeout;

use super::{
    App,
    asked::Asked,
    nothing_known,
    signing_in::{Verified, prepare},
};
use crate::{
    ApiError, ErrorCode,
    session::{
        Gateway, Kept, SignedIn, keys,
        open::{self, Damage, Restored, Unopened},
    },
    store::{Account, KeyError, KeySource, StoreKey, Vault},
    view::SessionState,
};

/// Every farewell has this long; the local stores go in any case.
pub(super) const FAREWELL: Duration = Duration::from_secs(5);
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
    pub(super) fn enter(&self, restored: Restored) -> Result<(), ApiError> {
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

    pub(super) fn agent(&self) -> String {
        format!("TeleStack {} ({})", env!("CARGO_PKG_VERSION"), self.inner.options.device_name)
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

    pub(super) fn remove(&self, account: &Account) {
        if let Err(error) = self.inner.profile.remove_account(account) {
            tracing::warn!(%error, "some of an account's files stay on this computer");
        }
    }
}

/// Ends the Appwrite session, if the server can be told.
pub(super) async fn farewell(backend: &Backend) {
    if !matches!(timeout(FAREWELL, backend.end_session("current")).await, Ok(Ok(()))) {
        tracing::info!("the server was not told that a session ended");
    }
}
