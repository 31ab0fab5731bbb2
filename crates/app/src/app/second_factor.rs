//! The account's own protection: its second factor and its password.

use std::path::Path;

use telestack_backend::BackendError;
use zeroize::Zeroizing;

use super::App;
use crate::{
    ApiError, ErrorCode, qr,
    session::{SignedIn, recovery},
    view::{AppSecret, Factor, SecondFactor},
};

/// Codes of one account and letters of each, at most.
const MOST_CODES: usize = 32;
const LONGEST_CODE: usize = 64;

impl App {
    /// Whether a second factor is asked for at each sign-in, and what there is to show.
    pub async fn second_factor(&self) -> Result<SecondFactor, ApiError> {
        let signed = self.signed()?;
        let backend = &signed.link.backend;
        let both = async { tokio::try_join!(backend.account(), backend.factors()) };
        let (account, factors) = signed.link.call(both).await?;
        Ok(SecondFactor { on: account.mfa, factors: Factor::of(factors) })
    }

    /// A new secret for an authenticator app, which counts with [`App::turn_second_factor_on`]. None where an app is linked
    /// already: a code of that one is wanted then.
    pub async fn begin_second_factor(&self) -> Result<Option<AppSecret>, ApiError> {
        let signed = self.signed()?;
        let made = signed.link.call(async {
            match signed.link.backend.create_authenticator().await {
                Err(BackendError::Conflict) => Ok(None),
                made => made.map(Some),
            }
        });
        Ok(made.await?.map(|made| AppSecret { qr: qr::draw(&made.uri), secret: made.secret }))
    }

    /// Asks for a second factor from now on, once a code of the app was right. The answer is the recovery codes, which
    /// nobody shows again. `wrong-code`.
    pub async fn turn_second_factor_on(&self, code: String) -> Result<Vec<String>, ApiError> {
        let signed = self.signed()?;
        let code = Zeroizing::new(code);
        let backend = &signed.link.backend;
        let digits: String = code.chars().filter(char::is_ascii_digit).collect();
        let verified = signed.link.call(async {
            match backend.verify_authenticator(&digits).await {
                Err(BackendError::Conflict) => Ok(false),
                verified => verified.map(|()| true),
            }
        });
        if !verified.await? {
            prove(&signed, Factor::App, &code).await?;
        }
        // Before it is asked for: nobody is to be left with an app alone.
        let codes = make_codes(&signed).await?;
        signed.link.call(backend.set_mfa(true)).await?;
        Ok(codes)
    }

    /// Has a code sent to the account's address or number.
    pub async fn ask_second_factor(&self, factor: Factor) -> Result<(), ApiError> {
        let signed = self.signed()?;
        signed.challenge.lock().await.ask(&signed.link.backend, factor).await
    }

    /// New recovery codes in place of those before. `wrong-code`, `code-over`.
    pub async fn renew_recovery_codes(&self, factor: Factor, code: String) -> Result<Vec<String>, ApiError> {
        let signed = self.signed()?;
        prove(&signed, factor, &Zeroizing::new(code)).await?;
        make_codes(&signed).await
    }

    /// Asks for the password alone from now on, and forgets the app. `wrong-code`, `code-over`.
    pub async fn turn_second_factor_off(&self, factor: Factor, code: String) -> Result<(), ApiError> {
        let signed = self.signed()?;
        prove(&signed, factor, &Zeroizing::new(code)).await?;
        let backend = &signed.link.backend;
        signed.link.call(backend.set_mfa(false)).await?;
        let forgotten =
            signed.link.call(async { telestack_backend::found(backend.delete_authenticator().await) });
        forgotten.await.map(drop)
    }

    /// Writes recovery codes to `path`, for this person's eyes only, below a line that says what they are.
    pub async fn save_recovery_codes(
        &self,
        path: String,
        explanation: String,
        codes: Vec<String>,
    ) -> Result<(), ApiError> {
        self.signed()?;
        let is_code = |code: &String| {
            code.len() <= LONGEST_CODE && code.chars().all(|letter| letter.is_ascii_alphanumeric())
        };
        if codes.len() > MOST_CODES || !codes.iter().all(is_code) {
            return Err(ErrorCode::Invalid.with("these are no recovery codes"));
        }
        let text = Zeroizing::new(codes.join("\n"));
        recovery::write_down(Path::new(&path), &explanation, &text).await
    }

    /// Changes the account's password. `wrong-credentials` for a wrong old one, `invalid` for a new one that the server
    /// does not accept.
    pub async fn change_password(&self, old: String, new: String) -> Result<(), ApiError> {
        let signed = self.signed()?;
        let (old, new) = (Zeroizing::new(old), Zeroizing::new(new));
        signed.link.call(signed.link.backend.change_password(&old, &new)).await
    }
}

/// Shows the server a code, so that what protects the account may be changed.
async fn prove(signed: &SignedIn, factor: Factor, code: &str) -> Result<(), ApiError> {
    signed.challenge.lock().await.answer(&signed.link.backend, factor, code).await
}

/// Makes recovery codes, whether or not there were some.
async fn make_codes(signed: &SignedIn) -> Result<Vec<String>, ApiError> {
    let backend = &signed.link.backend;
    let made = signed.link.call(async {
        match backend.renew_recovery_codes().await {
            Err(BackendError::NotFound) => backend.create_recovery_codes().await,
            made => made,
        }
    });
    made.await
}
