//! The question for a further factor: while somebody signs in, and where the server begins to ask a session that is here.

use std::sync::{Arc, Weak};

use telestack_backend::Backend;
use telestack_model::WellKnown;

use super::{
    App,
    signing_in::Verified,
    turns::{Waiting, farewell},
};
use crate::{
    ApiError, ErrorCode, Sink,
    session::{Challenge, SignedIn},
    view::{Factor, SessionState, SignInStep},
};

/// A session that opens nothing before a further factor was shown.
pub(super) struct Asked {
    pub backend: Backend,
    pub email: String,
    factors: Vec<Factor>,
    challenge: Challenge,
    /// An answer went out, and what became of it is not known.
    lost: bool,
    begun: Begun,
}

/// What goes on when the factor was shown.
enum Begun {
    SigningIn {
        server: Box<WellKnown>,
        credential: String,
    },
    /// Everything is open already, and waits.
    SignedIn(Weak<SignedIn>),
}

impl Asked {
    pub fn signing_in(
        server: WellKnown,
        email: String,
        backend: Backend,
        credential: String,
        factors: Vec<Factor>,
    ) -> Self {
        let begun = Begun::SigningIn { server: Box::new(server), credential };
        Self { backend, email, factors, challenge: Challenge::default(), lost: false, begun }
    }

    pub fn state(&self) -> SessionState {
        SessionState::NeedsFactor {
            email: self.email.clone(),
            factors: self.factors.clone(),
            signed_in: matches!(self.begun, Begun::SignedIn(_)),
        }
    }

    /// Whose account it is, once the code was right.
    async fn answer(&mut self, factor: Factor, code: &str) -> Result<telestack_backend::Account, ApiError> {
        let answered = match self.challenge.answer(&self.backend, factor, code).await {
            Ok(()) => self.backend.account().await.map_err(ApiError::from),
            // The answer before may have been right and only its receipt lost: its code is used up then.
            Err(error) if error.code == ErrorCode::WrongCode && self.lost => {
                self.backend.account().await.map_err(|_| error)
            }
            Err(error) => Err(error),
        };
        self.lost |= matches!(&answered, Err(error) if error.code == ErrorCode::Offline);
        answered
    }
}

impl App {
    /// Has a code sent by mail or to a telephone.
    pub(super) async fn ask_for(&self, factor: Factor) -> Result<(), ApiError> {
        let mut turn = self.inner.turn.lock().await;
        let mut asked = taken(&mut turn)?;
        let result = asked.challenge.ask(&asked.backend, factor).await;
        self.keep_asking(&mut turn, asked, result)
    }

    /// Shows a code; when it is right, what was begun goes on.
    pub(super) async fn show_factor(
        &self,
        factor: Factor,
        code: &str,
        progress: &Sink<SignInStep>,
    ) -> Result<(), ApiError> {
        let mut turn = self.inner.turn.lock().await;
        let mut asked = taken(&mut turn)?;
        let user = match asked.answer(factor, code).await {
            Ok(user) => user,
            Err(error) => return self.keep_asking(&mut turn, asked, Err(error)),
        };
        let Asked { backend, email, begun, .. } = *asked;
        match begun {
            Begun::SigningIn { server, credential } => {
                // A window that is gone does not end what it began.
                let tell = |step| {
                    progress(step);
                };
                let verified = Verified { server: *server, backend, credential, user };
                let result = self.go_on(&mut turn, verified, &tell).await;
                if result.is_err() {
                    self.show_signed_out(Some(email));
                }
                result
            }
            Begun::SignedIn(signed) => {
                if let Some(signed) = signed.upgrade() {
                    self.show_signed_in(&signed);
                    signed.link.look();
                }
                Ok(())
            }
        }
    }

    /// Goes on asking, unless the session that is asked is over.
    fn keep_asking(
        &self,
        turn: &mut Waiting,
        asked: Box<Asked>,
        result: Result<(), ApiError>,
    ) -> Result<(), ApiError> {
        let over = matches!(&result, Err(error) if error.code == ErrorCode::SignedOut);
        match &asked.begun {
            Begun::SigningIn { .. } if over => self.show_signed_out(Some(asked.email.clone())),
            Begun::SignedIn(_) if over => {
                let app = self.clone();
                // It takes a turn of its own.
                tokio::spawn(async move { app.ended_elsewhere().await });
            }
            _ => *turn = Waiting::Factor(asked),
        }
        result
    }

    /// Asks where the server wants a further factor of this session, until it was shown here or is not wanted any more.
    pub(super) fn follow_factor(&self, signed: &Arc<SignedIn>) {
        let (app, weak) = (self.clone(), Arc::downgrade(signed));
        let mut half = signed.link.half();
        signed.spawn(async move {
            while half.wait_for(|half| *half).await.is_ok() {
                let Some(signed) = weak.upgrade() else { return };
                app.ask_session(&signed).await;
                drop(signed);
                if half.wait_for(|half| !*half).await.is_err() {
                    return;
                }
                let Some(signed) = weak.upgrade() else { return };
                app.ask_no_more(&signed).await;
            }
        });
    }

    async fn ask_session(&self, signed: &Arc<SignedIn>) {
        let mut turn = self.inner.turn.lock().await;
        if !matches!(*turn, Waiting::Nothing) {
            return;
        }
        // Where they cannot be asked for just now, an app is what most people have.
        let factors = signed.link.backend.factors().await.map_or_else(|_| vec![Factor::App], Factor::of);
        let asked = Asked {
            backend: signed.link.backend.clone(),
            email: signed.kept().email,
            factors,
            challenge: Challenge::default(),
            lost: false,
            begun: Begun::SignedIn(Arc::downgrade(signed)),
        };
        tracing::info!("the server asks this session for a further factor");
        self.show(asked.state());
        *turn = Waiting::Factor(Box::new(asked));
    }

    async fn ask_no_more(&self, signed: &SignedIn) {
        let mut turn = self.inner.turn.lock().await;
        if matches!(*turn, Waiting::Factor(_)) {
            *turn = Waiting::Nothing;
            self.show_signed_in(signed);
        }
    }

    pub(super) fn show_signed_in(&self, signed: &SignedIn) {
        self.show(SessionState::SignedIn { me: signed.me(), server: signed.server_info() });
    }

    /// Back to the start: the half session ends, and nothing of it is here.
    pub(super) async fn give_up(&self, asked: Asked) {
        farewell(&asked.backend).await;
        self.show_signed_out(Some(asked.email));
    }
}

fn taken(turn: &mut Waiting) -> Result<Box<Asked>, ApiError> {
    match std::mem::replace(turn, Waiting::Nothing) {
        Waiting::Factor(asked) => Ok(asked),
        other => {
            *turn = other;
            Err(ErrorCode::Invalid.with("no code is waited for"))
        }
    }
}
