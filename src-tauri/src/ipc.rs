//! The typed surface between the window and this program. `ui/src/shared/ipc/bindings.ts` is generated from it.

use tauri::{Wry, ipc::Invoke};
use tauri_specta::{Builder, collect_commands, collect_events};

use crate::{
    commands::{calls, chat, files, pasted, people, second_factor, session, settings},
    events::{FilesDropped, LinkArrived},
};

pub fn builder() -> Builder<Wry> {
    Builder::new()
        .commands(collect_commands![
            session::session,
            session::check_server,
            session::sign_in,
            session::ask_factor,
            session::answer_factor,
            session::unlock,
            session::ask_keyring,
            session::rebuild_store,
            session::sign_out,
            session::connection,
            session::connect_now,
            settings::unsubscribe,
            chat::rooms,
            chat::open_timeline,
            chat::paginate_back,
            chat::send_text,
            chat::edit_text,
            chat::redact,
            chat::toggle_reaction,
            chat::retry_send,
            chat::send_file,
            chat::save_attachment,
            chat::typing,
            chat::mark_read,
            chat::set_draft,
            chat::members,
            chat::create_room,
            chat::create_direct,
            chat::invite,
            chat::accept_invite,
            chat::decline_invite,
            chat::leave_room,
            chat::encryption,
            chat::recover,
            chat::new_recovery_key,
            chat::reset_identity,
            chat::recovery_key,
            chat::confirm_recovery_key,
            chat::save_recovery_key,
            chat::verifications,
            chat::verify_device,
            chat::verify_person,
            chat::accept_verification,
            chat::compared,
            chat::close_verification,
            chat::devices_of_mine,
            calls::calls,
            calls::start_call,
            calls::accept_call,
            calls::decline_call,
            calls::leave_call,
            calls::set_mic,
            calls::set_camera,
            calls::set_screen,
            calls::layout_tiles,
            calls::start_preview,
            calls::stop_preview,
            calls::devices,
            calls::select_device,
            calls::frame_socket,
            calls::call_details,
            files::drives,
            files::open_folder,
            files::storage_use,
            files::upload,
            files::link_upload,
            files::link_unsent,
            files::uploads,
            files::pause_upload,
            files::resume_upload,
            files::cancel_upload,
            files::download_file,
            files::open_file,
            files::rename_file,
            files::delete_file,
            files::undo_delete,
            files::share_file,
            files::pick_files,
            files::pick_save_path,
            people::people,
            people::set_profile,
            people::palette,
            second_factor::second_factor,
            second_factor::begin_second_factor,
            second_factor::turn_second_factor_on,
            second_factor::turn_second_factor_off,
            second_factor::ask_second_factor,
            second_factor::renew_recovery_codes,
            second_factor::save_recovery_codes,
            second_factor::change_password,
            settings::settings,
            settings::save_settings,
            settings::sessions,
            settings::end_session,
            settings::about,
            settings::open_log_folder,
            settings::page_fault,
            settings::open_link,
            settings::take_link,
        ])
        .events(collect_events![FilesDropped, LinkArrived])
}

/// The generated commands and the one beside them.
pub fn handler(
    generated: impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static,
) -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
    let beside: Box<dyn Fn(Invoke<Wry>) -> bool + Send + Sync> =
        Box::new(tauri::generate_handler![pasted::send_pasted]);
    move |invoke| {
        if invoke.message.command() == pasted::SEND_PASTED { beside(invoke) } else { generated(invoke) }
    }
}

#[cfg(test)]
mod tests {
    use std::{env, fs, path::Path};

    use specta_typescript::{Typescript, semantic};

    /// Stale: `UPDATE_BINDINGS=1 cargo test -p telestack bindings`, and commit the result.
    #[test]
    fn bindings_are_fresh() {
        let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/shared/ipc/bindings.ts");
        let fresh_file = env::temp_dir().join(format!("telestack-bindings-{}.ts", std::process::id()));
        super::builder()
            // One type for both ways: what serde may leave out is always sent.
            .disable_serde_phases()
            // Our floats are times and sizes; none is ever NaN.
            .semantic_types(semantic::Configuration::empty().enable_lossless_floats())
            .export(Typescript::default().header("// Generated from src-tauri/src/ipc.rs.\n"), &fresh_file)
            .expect("the types can be exported");
        let fresh = fs::read_to_string(&fresh_file).expect("exported");
        fs::remove_file(&fresh_file).expect("removed");
        if env::var_os("UPDATE_BINDINGS").is_some() {
            fs::write(&committed, &fresh).expect("written");
        }
        let committed = fs::read_to_string(&committed).expect("bindings.ts");
        assert!(
            fresh == committed,
            "ui/src/shared/ipc/bindings.ts is stale: UPDATE_BINDINGS=1 cargo test -p telestack bindings"
        );
    }
}
