//! `DELETE /project/sessions`: everybody is signed out and may sign in again. API keys stay.

use axum::response::Response;

use crate::{
    account::{logs::Trace, sessions},
    core::{
        error::ApiResult,
        routes::{self, Call},
    },
};

/// People whose sessions end with one commit: others write in between.
const AT_ONCE: usize = 500;

pub async fn delete(call: Call) -> ApiResult<Response> {
    let before = call.app.now();
    loop {
        let trace = Trace::of(&call);
        let ended = call
            .app
            .change(move |tx, events| sessions::end_of_some(tx, events, &trace, before, AT_ONCE))
            .await?;
        if ended < AT_ONCE {
            return routes::empty();
        }
    }
}
