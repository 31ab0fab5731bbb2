//! A session on a profile of its own, or on one that is kept.

use std::path::PathBuf;

use serde_json::json;
use telestack_app::{
    ApiError, App, AppOptions, ErrorCode,
    view::{SessionState, SignInStep},
};
use telestack_media::MediaOptions;

use super::{arguments::Arguments, say, told::Told};

pub struct Session {
    pub app: App,
    /// Removed with it.
    temporary: Option<PathBuf>,
}

impl Session {
    /// Signs out where nothing is kept.
    pub async fn end(self) {
        if self.temporary.is_some() {
            // The profile goes in any case.
            let _ = self.app.sign_out().await;
        }
        self.app.shutdown().await;
        drop(self.app);
        if let Some(folder) = self.temporary
            && let Err(error) = std::fs::remove_dir_all(&folder)
        {
            tracing::warn!(%error, "the profile was not removed");
        }
    }
}

/// Opens the profile and signs in unless somebody is.
pub async fn sign_in(arguments: &Arguments) -> Result<Session, ApiError> {
    let temporary = match &arguments.profile {
        Some(_) => None,
        None => Some(temporary_folder()?),
    };
    let passphrase = match temporary {
        Some(_) => Some(random()?),
        None => std::env::var("TELESTACK_PASSPHRASE").ok(),
    };
    let profile_dir = arguments.profile.clone().or_else(|| temporary.clone()).unwrap_or_default();
    let options = AppOptions {
        profile_dir,
        server: Some(arguments.server.clone()),
        passphrase,
        media: media()?,
        device_name: "TeleStack headless".to_owned(),
        open_path: Box::new(|_| false),
    };
    let session = Session { app: App::open(options).await?, temporary };
    match enter(&session.app, arguments).await {
        Ok(()) => Ok(session),
        Err(fault) => {
            session.end().await;
            Err(fault)
        }
    }
}

async fn enter(app: &App, arguments: &Arguments) -> Result<(), ApiError> {
    let mut state = app.watch_session();
    let opened = state.wait_for(|state| *state != SessionState::Opening).await;
    let opened = opened.map(|state| state.clone()).map_err(|fault| ErrorCode::Internal.with(fault))?;
    match opened {
        SessionState::SignedIn { .. } => {}
        SessionState::SignedOut { .. } => {
            let (steps, mut told) = Told::<SignInStep>::new();
            let Arguments { server, email, password, .. } = arguments;
            let signing_in = app.sign_in(server.clone(), email.clone(), password.clone(), steps);
            tokio::pin!(signing_in);
            loop {
                tokio::select! {
                    done = &mut signing_in => break done?,
                    step = told.next() => match step {
                        Ok(step) => say(&json!({ "event": "signing-in", "step": step }))?,
                        // All steps are told.
                        Err(_) => break signing_in.await?,
                    },
                }
            }
        }
        SessionState::NeedsFactor { .. } => return Err(asked_for_a_factor()),
        SessionState::NeedsPassphrase { .. } => {
            return Err(ErrorCode::PassphraseNeeded.with("set TELESTACK_PASSPHRASE"));
        }
        SessionState::KeyringClosed => {
            return Err(ErrorCode::KeyringClosed.with("the keyring does not give the profile's key"));
        }
        SessionState::StoreDamaged { message } => return Err(ErrorCode::StoreDamaged.with(message)),
        SessionState::DiskFull => return Err(ErrorCode::DiskFull.with("no room to open the profile")),
        SessionState::Opening => return Err(ErrorCode::Internal.with("the profile does not open")),
    }
    match &*state.borrow() {
        SessionState::SignedIn { me, .. } => {
            say(&json!({ "event": "signed-in", "userId": me.user_id, "matrixId": me.matrix_id }))
        }
        SessionState::NeedsFactor { .. } => Err(asked_for_a_factor()),
        SessionState::NeedsPassphrase { .. } => {
            Err(ErrorCode::PassphraseNeeded.with("there is no keyring: set TELESTACK_PASSPHRASE"))
        }
        _ => Err(ErrorCode::SignedOut.with("signed out while signing in")),
    }
}

fn asked_for_a_factor() -> ApiError {
    ErrorCode::Forbidden.with("this account asks for a second factor, which nobody is here to show")
}

/// Always the test picture and the test tone.
fn media() -> Result<MediaOptions, ApiError> {
    let executable = std::env::current_exe().map_err(|fault| ErrorCode::Internal.with(fault))?;
    let beside = || executable.with_file_name("liblivekit_ffi.so");
    Ok(MediaOptions {
        library: std::env::var_os("TELESTACK_FFI_LIBRARY").map_or_else(beside, PathBuf::from),
        library_sha256: std::env::var("TELESTACK_FFI_SHA256").unwrap_or_default(),
        test_media: true,
        log_dir: None,
        executable,
    })
}

fn temporary_folder() -> Result<PathBuf, ApiError> {
    let folder = std::env::temp_dir().join(format!("telestack-headless-{}", random()?));
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&folder).map_err(|fault| ErrorCode::Internal.with(fault))?;
    Ok(folder)
}

fn random() -> Result<String, ApiError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|fault| ErrorCode::Internal.with(fault))?;
    Ok(hex::encode(bytes))
}
