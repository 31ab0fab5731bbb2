//! Who is signed in, and what works at the moment.

use zeroize::Zeroizing;

use super::App;
use crate::{
    ApiError, Sink, discovery,
    view::{Connection, Factor, ServerInfo, SessionState, SignInStep},
};

impl App {
    /// What the window's first screen is decided on.
    ///
    /// # Errors
    /// None.
    pub async fn session(&self, updates: Sink<SessionState>) -> Result<u32, ApiError> {
        Ok(self.inner.subscriptions.forward(self.inner.state.subscribe(), updates, Clone::clone))
    }

    /// The state as it is now and as it changes.
    #[must_use]
    pub fn watch_session(&self) -> tokio::sync::watch::Receiver<SessionState> {
        self.inner.state.subscribe()
    }

    /// Looks whether a server is one of ours.
    ///
    /// # Errors
    /// As discovery's: `not-found-server`, `not-telestack`, `untrusted-certificate`, `clock-off`, `invalid`.
    pub async fn check_server(&self, server: String) -> Result<ServerInfo, ApiError> {
        Ok(ServerInfo::from(&discovery::discover(&server, self.inner.clock.now()).await?))
    }

    /// Signs in to everything. Where the account asks for a second factor, it ends with the state `needs-factor`, and
    /// [`App::answer_factor`] goes on; where no keyring keeps the new key, with `needs-passphrase`, and [`App::unlock`]
    /// goes on.
    ///
    /// # Errors
    /// As discovery's; `wrong-credentials`, `rate-limited`, `files-unavailable`, `chat-unavailable`, `disk-full`.
    /// Whatever was begun is undone.
    pub async fn sign_in(
        &self,
        server: String,
        email: String,
        password: String,
        progress: Sink<SignInStep>,
    ) -> Result<(), ApiError> {
        let password = Zeroizing::new(password);
        self.detached(move |app| async move { app.begin(&server, &email, &password, &progress).await }).await
    }

    /// Has a code sent to the account's address or number, in place of the one before. Nothing is sent for the others.
    ///
    /// # Errors
    /// `rate-limited`, `offline`, `files-unavailable` where the server sends none; `signed-out` when it took too long.
    pub async fn ask_factor(&self, factor: Factor) -> Result<(), ApiError> {
        self.detached(move |app| async move { app.ask_for(factor).await }).await
    }

    /// Shows the code that is waited for, and goes on as [`App::sign_in`] does.
    ///
    /// # Errors
    /// `wrong-code`, `code-over` where another one has to be sent, `rate-limited`, `offline`: it can be shown again.
    /// `signed-out` when it took too long; and as [`App::sign_in`].
    pub async fn answer_factor(
        &self,
        factor: Factor,
        code: String,
        progress: Sink<SignInStep>,
    ) -> Result<(), ApiError> {
        let code = Zeroizing::new(code);
        self.detached(move |app| async move { app.show_factor(factor, &code, &progress).await }).await
    }

    /// Gives the passphrase that is waited for.
    ///
    /// # Errors
    /// `wrong-passphrase`; when it protects a new store, as [`App::sign_in`].
    pub async fn unlock(&self, passphrase: String) -> Result<(), ApiError> {
        let passphrase = Zeroizing::new(passphrase);
        self.detached(move |app| async move { app.use_passphrase(&passphrase).await }).await
    }

    /// Asks the keyring once more for the key of the local stores.
    ///
    /// # Errors
    /// `keyring-closed`: it still does not give it.
    pub async fn ask_keyring(&self) -> Result<(), ApiError> {
        self.detached(|app| async move { app.ask_keyring_again().await }).await
    }

    /// Fetches anew what cannot be read here, or lies under a key that cannot be had.
    ///
    /// # Errors
    /// The server cannot be reached; the damaged store is kept.
    pub async fn rebuild_store(&self) -> Result<(), ApiError> {
        self.detached(|app| async move { app.rebuild().await }).await
    }

    /// Signs out of everything and removes what is kept here, whether or not a server can be told. While signing in
    /// waits for something, it is given up.
    ///
    /// # Errors
    /// None.
    pub async fn sign_out(&self) -> Result<(), ApiError> {
        self.detached(|app| async move {
            app.end().await;
            Ok(())
        })
        .await
    }

    /// What works at the moment.
    ///
    /// # Errors
    /// None.
    pub async fn connection(&self, updates: Sink<Connection>) -> Result<u32, ApiError> {
        Ok(self.inner.subscriptions.forward(self.inner.connection.subscribe(), updates, Clone::clone))
    }

    /// Tries at once what would be tried a little later.
    ///
    /// # Errors
    /// `signed-out`.
    pub async fn connect_now(&self) -> Result<(), ApiError> {
        let signed = self.signed()?;
        signed.link.look();
        signed.chat.start();
        Ok(())
    }

    /// A turn is not cut off half-way by a caller that stops waiting.
    async fn detached<F>(&self, turn: impl FnOnce(Self) -> F + Send + 'static) -> Result<(), ApiError>
    where
        F: Future<Output = Result<(), ApiError>> + Send + 'static,
    {
        let app = self.clone();
        tokio::spawn(turn(app)).await.unwrap_or_else(|error| Err(crate::ErrorCode::Internal.with(error)))
    }
}
