//! Who may come: how many people there may be, and with which addresses. Administrators let in whom they like.

use axum::http::StatusCode;
use rusqlite::Connection;

use crate::core::{
    app::App,
    error::{ApiError, ApiResult},
    store::StoreError,
};

/// Refuses one more where there are `most` already; 0: as many as come.
pub fn check_room(c: &Connection, most: u32) -> Result<(), StoreError> {
    if most == 0 {
        return Ok(());
    }
    let there: u32 = c.query_row("SELECT count(*) FROM user", [], |row| row.get(0))?;
    if there < most {
        return Ok(());
    }
    let full = ApiError::new(
        StatusCode::NOT_IMPLEMENTED,
        "user_count_exceeded",
        "There are as many accounts here as may be. Ask an administrator for one.",
    );
    Err(full.into())
}

/// Refuses a second name of an address where a policy wants the first.
pub fn check_new_email(app: &App, email: &str) -> ApiResult<()> {
    if app.policies().deny_aliased_email && is_aliased(email) {
        return Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            "user_email_not_canonical",
            "This is a second name of an address. Use the first, without what stands behind a plus.",
        ));
    }
    Ok(())
}

/// `ada+news@example.org`, and dots where they are known not to count.
fn is_aliased(email: &str) -> bool {
    let email = email.trim().to_lowercase();
    let Some((local, host)) = email.rsplit_once('@') else { return false };
    match host {
        "gmail.com" => local.contains(['+', '.']),
        // The old name of the same addresses.
        "googlemail.com" => true,
        _ => local.contains('+'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_names_are_known() {
        for second in ["ada+news@example.org", "a.da@gmail.com", "ada+x@GMAIL.com ", "ada@googlemail.com"] {
            assert!(is_aliased(second), "{second}");
        }
        for first in ["ada@example.org", "a.da@example.org", "ada@gmail.com", "nobody"] {
            assert!(!is_aliased(first), "{first}");
        }
    }
}
