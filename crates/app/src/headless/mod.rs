//! One sign-in, one action, one line of JSON for each event.

mod arguments;
mod call;
mod people;
mod send;
mod sign_in;
mod tail;
mod told;
mod upload;

use std::{
    io::Write as _,
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::Parser as _;
use serde::Serialize;
use serde_json::json;
use telestack_app::{ApiError, App, ErrorCode};
use tracing_subscriber::EnvFilter;

use self::arguments::{Action, Arguments};

/// Ours alone: the chat SDK calls everything an error that a server does not have.
const QUIET: &str = "off,telestack_app=warn,telestack_backend=warn,telestack_calls=warn,telestack_chat=warn,telestack_media=warn";
/// For a room to arrive that this device has not seen yet.
const ROOM: Duration = Duration::from_secs(30);
const ASK_AGAIN: Duration = Duration::from_millis(200);

/// Reads the arguments and does what they say.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_from_env("TELESTACK_LOG").unwrap_or_else(|_| EnvFilter::new(QUIET));
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(filter).init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(fault) => return failed(&ErrorCode::Internal.with(fault)),
    };
    let done = runtime.block_on(run(&arguments));
    runtime.shutdown_timeout(Duration::from_secs(1));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => failed(&fault),
    }
}

async fn run(arguments: &Arguments) -> Result<(), ApiError> {
    let session = sign_in::sign_in(arguments).await?;
    let done = act(&session.app, &arguments.action).await;
    session.end().await;
    done
}

async fn act(app: &App, action: &Action) -> Result<(), ApiError> {
    match action {
        Action::Send { room, text } => send::send(app, room, text).await,
        Action::Tail { room } => tail::tail(app, room).await,
        Action::Call { room, seconds, blind } => call::call(app, room, *seconds, *blind).await,
        Action::Upload { file, drive } => upload::upload(app, file, drive.as_deref()).await,
        Action::People { query } => people::people(app, query).await,
    }
}

/// One line of JSON on standard output.
fn say(event: &impl Serialize) -> Result<(), ApiError> {
    let mut line = serde_json::to_vec(event).map_err(|fault| ErrorCode::Internal.with(fault))?;
    line.push(b'\n');
    let mut out = std::io::stdout().lock();
    out.write_all(&line).and_then(|()| out.flush()).map_err(|fault| ErrorCode::Internal.with(fault))
}

fn failed(fault: &ApiError) -> ExitCode {
    // Where it cannot be said, the status still tells.
    let _ = say(&json!({ "event": "error", "code": fault.code.as_str(), "message": fault.message }));
    ExitCode::FAILURE
}

/// Does something in a room as soon as the room is known here.
async fn in_room<T, F: Future<Output = Result<T, ApiError>>>(
    mut attempt: impl FnMut() -> F,
) -> Result<T, ApiError> {
    let begun = Instant::now();
    loop {
        match attempt().await {
            Err(fault) if fault.code == ErrorCode::NotFound && begun.elapsed() < ROOM => {
                tokio::time::sleep(ASK_AGAIN).await;
            }
            done => return done,
        }
    }
}
