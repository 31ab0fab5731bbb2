//! Signing in: the server, the password and what it asks for besides; then the stores, the chat and its keys.

use telestack_backend::{Backend, Credential};
use telestack_model::WellKnown;
use tokio::time::timeout;

use super::{
    App,
    asked::Asked,
    turns::{FAREWELL, Waiting, farewell},
};
use crate::{
    ApiError, ErrorCode, Sink, discovery,
    session::{
        Gateway, Kept, kept, keys,
        open::{self, Restored},
        recovery,
    },
    store::{Account, KeyError, KeySource, StoreKey},
    view::{Factor, SessionState, SignInStep},
};

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
    pub(super) async fn complete(
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
}

/// Encryption set up.
pub(super) async fn prepare(restored: &Restored) -> Result<(), ApiError> {
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
