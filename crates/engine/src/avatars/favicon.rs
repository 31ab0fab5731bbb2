//! `GET /avatars/favicon`: the icon of another site, as its page names it or where it usually lies.

use axum::response::Response;

use super::{
    answer::drawn,
    links,
    remote::{address, decode, failed, no_picture},
    size::{Size, fit},
};
use crate::core::{error::ApiResult, routes::Call};

/// Bytes of a page and of an icon at most.
const PAGE: usize = 1024 * 1024;
const ICON: usize = 1024 * 1024;
/// Icons of a page that are tried.
const TRIES: usize = 3;
/// Pixels of a side at most.
const SIDE: u32 = 256;

pub async fn show(call: Call) -> ApiResult<Response> {
    let page = address(&call)?;
    call.app.outbound.check(&page).map_err(|error| failed(&error))?;
    // A page that is too large or fails may still have its icon at the usual place.
    let named = match call.app.outbound.get(&page, PAGE).await {
        Ok(answer) => links::icons(&String::from_utf8_lossy(&answer.body)),
        Err(_) => Vec::new(),
    };
    let usual = ["/favicon.ico".to_owned()];
    let mut last = None;
    for name in named.iter().take(TRIES).chain(&usual) {
        let Ok(url) = page.join(name) else { continue };
        match call.app.outbound.get(&url, ICON).await {
            Ok(answer) if image::guess_format(&answer.body).is_ok() => {
                return drawn(&call.app, move || {
                    let icon = decode(&answer.body).ok_or_else(no_picture)?;
                    let size = Size { width: icon.width().min(SIDE), height: icon.height().min(SIDE) };
                    Ok(fit(icon, size).ok_or_else(no_picture)?.into())
                })
                .await;
            }
            Ok(_) => {}
            Err(error) => last = Some(failed(&error)),
        }
    }
    Err(last.unwrap_or_else(no_picture))
}
