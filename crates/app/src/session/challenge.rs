//! A session that is asked for a further factor: which code answers, and how long one that was sent is good.

use std::time::Duration;

use chrono::DateTime;
use telestack_backend::Backend;
use tokio::time::Instant;

use crate::{ApiError, ErrorCode, view::Factor};

/// Wrong answers that end a code which was sent.
const TRIES: u32 = 5;
/// How long such a code is good where the server does not say.
const USUAL: Duration = Duration::from_secs(15 * 60);

/// What is known of the code that was sent last.
#[derive(Default)]
pub(crate) struct Challenge {
    sent: Option<Sent>,
}

struct Sent {
    factor: Factor,
    id: String,
    until: Instant,
    wrong: u32,
}

impl Challenge {
    /// Has a code sent, where the factor is one that is sent. The code before is not good any more.
    pub async fn ask(&mut self, backend: &Backend, factor: Factor) -> Result<(), ApiError> {
        if factor.is_sent() {
            let made = backend.challenge(factor.into()).await?;
            let until = Instant::now() + lifetime(&made.created, &made.expire);
            self.sent = Some(Sent { factor, id: made.id, until, wrong: 0 });
        }
        Ok(())
    }

    /// Shows a code. `wrong-code`; `code-over` where another one has to be sent.
    pub async fn answer(&mut self, backend: &Backend, factor: Factor, code: &str) -> Result<(), ApiError> {
        let code = plain(factor, code);
        if code.is_empty() {
            return Err(ErrorCode::WrongCode.with("it is empty"));
        }
        let id = if factor.is_sent() {
            self.good(factor)?
        } else {
            // Asked only now: so it cannot be over before somebody found their telephone. It ends one that was sent.
            self.sent = None;
            backend.challenge(factor.into()).await?.id
        };
        let answered = backend.answer_challenge(&id, &code).await.map_err(ApiError::from);
        match answered {
            Err(error) if error.code == ErrorCode::WrongCode => Err(self.was_wrong(error)),
            answered => answered,
        }
    }

    fn good(&self, factor: Factor) -> Result<String, ApiError> {
        let sent = self.sent.as_ref().filter(|sent| sent.factor == factor && Instant::now() < sent.until);
        sent.map(|sent| sent.id.clone()).ok_or_else(|| ErrorCode::CodeOver.with("no code is good"))
    }

    fn was_wrong(&mut self, error: ApiError) -> ApiError {
        let Some(sent) = &mut self.sent else { return error };
        sent.wrong += 1;
        if sent.wrong < TRIES {
            return error;
        }
        self.sent = None;
        ErrorCode::CodeOver.with("too many wrong answers")
    }
}

/// Both by the server's clock: this computer's may be another.
fn lifetime(created: &str, expire: &str) -> Duration {
    let time = |text| DateTime::parse_from_rfc3339(text).ok();
    let between = time(created).zip(time(expire)).map(|(created, expire)| expire - created);
    between.and_then(|between| between.to_std().ok()).unwrap_or(USUAL)
}

/// The code as the server knows it: people write and paste it in groups.
fn plain(factor: Factor, code: &str) -> String {
    let code = code.chars().filter(|letter| letter.is_alphanumeric());
    match factor {
        Factor::RecoveryCode => code.flat_map(char::to_lowercase).collect(),
        _ => code.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(until: Instant) -> Challenge {
        Challenge { sent: Some(Sent { factor: Factor::Email, id: "c".into(), until, wrong: 0 }) }
    }

    #[test]
    fn codes_are_taken_as_people_write_them() {
        assert_eq!(plain(Factor::App, " 123 456\n"), "123456");
        assert_eq!(plain(Factor::RecoveryCode, "A1B2C-3d4e5"), "a1b2c3d4e5");
        assert_eq!(plain(Factor::Email, " - "), "");
    }

    #[test]
    fn a_code_that_was_sent_ends_with_its_time_and_with_five_wrong_answers() {
        let later = Instant::now() + USUAL;
        let mut challenge = sent(later);
        assert_eq!(challenge.good(Factor::Email).as_deref(), Ok("c"));
        assert_eq!(challenge.good(Factor::Phone).map_err(|error| error.code), Err(ErrorCode::CodeOver));
        let wrong = || ErrorCode::WrongCode.with("");
        for _ in 1..TRIES {
            assert_eq!(challenge.was_wrong(wrong()).code, ErrorCode::WrongCode);
        }
        assert_eq!(challenge.was_wrong(wrong()).code, ErrorCode::CodeOver);
        assert_eq!(challenge.good(Factor::Email).map_err(|error| error.code), Err(ErrorCode::CodeOver));
        let over = sent(Instant::now()).good(Factor::Email);
        assert_eq!(over.map_err(|error| error.code), Err(ErrorCode::CodeOver));
    }

    #[test]
    fn the_time_of_a_code_is_the_servers() {
        let hour = lifetime("2030-01-01T10:00:00.000+00:00", "2030-01-01T11:00:00.000+00:00");
        assert_eq!(hour, Duration::from_secs(3600));
        assert_eq!(lifetime("", "2030-01-01T11:00:00.000+00:00"), USUAL);
    }
}
