//! Puts the app together and runs it.

use std::{process::ExitCode, time::Duration};

use tauri::{AppHandle, Manager as _, RunEvent, Wry, plugin::TauriPlugin};
use tauri_plugin_deep_link::DeepLinkExt as _;
use tauri_plugin_dialog::{DialogExt as _, MessageDialogKind};
use tauri_plugin_window_state::StateFlags;
use telestack_app::{ApiError, App, ErrorCode, view::SessionState};
use tokio::{sync::watch, time::timeout};

use crate::{
    environment::{self, Environment, SignIn},
    grants::Grants,
    ipc, links,
    links::Links,
    notify::{self, Notifier},
    panics, resources, tray, window,
    words::Words,
};

/// What is kept is kept at once; this is for good manners towards the servers.
const SHUTDOWN: Duration = Duration::from_secs(4);

pub fn run() -> ExitCode {
    let Some(environment) = Environment::read() else {
        eprintln!("telestack: there is no home folder: set HOME or TELESTACK_PROFILE_DIR");
        return ExitCode::FAILURE;
    };
    let logs = telestack_app::logs::start(&environment.logs());
    if let Err(error) = &logs {
        eprintln!("telestack: no logs in {}: {error}", environment.logs().display());
    }
    panics::log();
    let bindings = ipc::builder();
    let mut builder = tauri::Builder::default();
    // First of all plugins: a second start must not get any further.
    if let Some(plugin) = single_instance(&environment) {
        builder = builder.plugin(plugin);
    }
    let built = builder
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_dialog::init())
        .plugin(window_state(&environment))
        .manage(environment)
        .manage(Grants::default())
        .manage(Links::default())
        .manage(Notifier::default())
        .register_asynchronous_uri_scheme_protocol(resources::SCHEME, resources::answer)
        .invoke_handler(ipc::handler(bindings.invoke_handler()))
        .setup(move |app| {
            bindings.mount_events(app);
            let handle = app.handle().clone();
            match tauri::async_runtime::block_on(App::open(handle.state::<Environment>().app_options())) {
                Ok(core) => set_up(&handle, core)?,
                Err(error) => refuse(&handle, &error),
            }
            Ok(())
        })
        .build(tauri::generate_context!());
    let app = match built {
        Ok(app) => app,
        Err(error) => {
            eprintln!("telestack: the window system is not available: {error}");
            return ExitCode::FAILURE;
        }
    };
    let code = app.run_return(|handle, event| {
        if let RunEvent::Exit = event
            && let Some(core) = handle.try_state::<App>()
        {
            let ended = tauri::async_runtime::block_on(async { timeout(SHUTDOWN, core.shutdown()).await });
            if ended.is_err() {
                tracing::warn!("the core did not end in time");
            }
        }
    });
    u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from)
}

fn set_up(handle: &AppHandle, core: App) -> tauri::Result<()> {
    handle.manage(core);
    // First: the page loads in a process of its own beside the rest.
    window::open(handle)?;
    if let Err(error) = tray::set_up(handle, Words::of(None)) {
        tracing::warn!(%error, "no tray icon");
    }
    listen_for_links(handle);
    tauri::async_runtime::spawn(notify::run(handle.clone()));
    tauri::async_runtime::spawn(window::follow_theme(handle.clone()));
    if let Some(sign_in) = handle.state::<Environment>().sign_in.clone() {
        tauri::async_runtime::spawn(sign_in_once(handle.clone(), sign_in));
    }
    #[cfg(unix)]
    tauri::async_runtime::spawn(end_when_asked(handle.clone()));
    Ok(())
}

/// The profile cannot be used. Somebody who started it from a terminal reads why there.
fn refuse(handle: &AppHandle, error: &ApiError) {
    eprintln!("telestack: {}", error.message);
    tracing::error!(code = error.code.as_str(), "the profile cannot be used");
    if error.code == ErrorCode::Forbidden || handle.state::<Environment>().automated {
        handle.exit(1);
        return;
    }
    let ended = handle.clone();
    let dialog = handle.dialog().message(&error.message).title("TeleStack").kind(MessageDialogKind::Error);
    dialog.show(move |_| ended.exit(1));
}

/// One app for each profile: a second start brings the first to the front and hands its link over.
fn single_instance(environment: &Environment) -> Option<TauriPlugin<Wry>> {
    let id = match &environment.named_profile {
        // Only a bus name can be told apart by profile; elsewhere the profile's lock says no.
        Some(_) if !cfg!(target_os = "linux") => return None,
        Some(name) => format!("{}.{name}", environment::ID),
        None => environment::ID.to_owned(),
    };
    let builder = tauri_plugin_single_instance::Builder::new().dbus_id(id);
    Some(builder.callback(|handle, _, _| window::show(handle)).build())
}

/// Size and place, inside the profile.
fn window_state(environment: &Environment) -> TauriPlugin<Wry> {
    let file = environment.profile_dir.join("window.json");
    tauri_plugin_window_state::Builder::new()
        // An absolute path is taken as it is.
        .with_filename(file.to_string_lossy())
        .with_state_flags(
            StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED | StateFlags::FULLSCREEN,
        )
        .build()
}

fn listen_for_links(handle: &AppHandle) {
    let opened = handle.clone();
    handle.deep_link().on_open_url(move |event| {
        for url in event.urls() {
            links::open(&opened, url.as_str());
        }
    });
    let started_with = handle.deep_link().get_current().ok().flatten().unwrap_or_default();
    for url in started_with {
        links::open(handle, url.as_str());
    }
}

/// Signs a demo person in, once it is known that nobody is.
async fn sign_in_once(handle: AppHandle, sign_in: SignIn) {
    let core = handle.state::<App>().inner().clone();
    let (state_in, mut state) = watch::channel(SessionState::Opening);
    let Ok(subscription) = core.session(Box::new(move |new| state_in.send(new).is_ok())).await else {
        return;
    };
    let known = state.wait_for(|state| !matches!(state, SessionState::Opening)).await;
    let signed_out = known.is_ok_and(|state| matches!(*state, SessionState::SignedOut { .. }));
    core.unsubscribe(subscription);
    if signed_out {
        let SignIn { server, email, password } = sign_in;
        if let Err(error) = core.sign_in(server, email, password, Box::new(|_| true)).await {
            tracing::error!(code = error.code.as_str(), "the sign-in from the environment failed");
        }
    }
}

/// `kill` and a desktop that logs out end the app as "Quit" does.
#[cfg(unix)]
async fn end_when_asked(handle: AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
    if terminate.recv().await.is_some() {
        handle.exit(0);
    }
}
