//! What the gateway keeps in the backend: the organisation's team, the people table, calls, the first bucket.

use serde_json::json;
use telestack_backend::{Backend, Column, Member};
use telestack_model::{
    AVATARS_BUCKET, DATABASE, FILES_BUCKET, ORGANISATION_TEAM, PEOPLE_TABLE, Role, matrix_localpart,
};

use crate::{GatewayError, Inner};

pub const CALLS: &str = "calls";
pub const PARTICIPANTS: &str = "call_participants";
/// Bytes of somebody's picture at most.
const AVATAR: u32 = 5 * 1024 * 1024;

const fn text(key: &str, size: u32) -> Column<'_> {
    Column { key, kind: "varchar", size, required: false }
}

const fn time(key: &str) -> Column<'_> {
    Column { key, kind: "datetime", size: 0, required: false }
}

pub async fn prepare(gateway: &Inner) -> Result<(), GatewayError> {
    let (backend, server) = (&gateway.backend, &gateway.config.well_known);
    backend.ensure_team(ORGANISATION_TEAM, &server.name).await?;
    backend.ensure_database(DATABASE, "TeleStack").await?;
    let everybody = [format!("read(\"team:{ORGANISATION_TEAM}\")")];
    let people = [
        text("name", 128),
        text("email", 320),
        text("role", 32),
        text("title", 128),
        text("team", 128),
        text("matrixId", 255),
        text("avatarFileId", 36),
    ];
    backend.ensure_table(DATABASE, PEOPLE_TABLE, &everybody, &people).await?;
    let calls = [text("roomName", 128), text("matrixRoomId", 255), time("startedAt"), time("endedAt")];
    backend.ensure_table(DATABASE, CALLS, &[], &calls).await?;
    let participants =
        [text("callId", 36), text("identity", 300), text("userId", 36), time("joinedAt"), time("leftAt")];
    backend.ensure_table(DATABASE, PARTICIPANTS, &[], &participants).await?;
    // Everybody of the organisation puts files in and reads them; changing and deleting is for who made a file and for
    // administrators.
    let team = format!("team:{ORGANISATION_TEAM}");
    let mut shared = vec![format!("read(\"{team}\")"), format!("create(\"{team}\")")];
    for role in ["administrator", "owner"] {
        shared.extend(["update", "delete"].map(|verb| format!("{verb}(\"{team}/{role}\")")));
    }
    let bucket = json!({
        "bucketId": FILES_BUCKET, "name": "Files", "permissions": shared, "fileSecurity": true,
    });
    backend.ensure_bucket(&bucket).await?;
    let bucket = json!({
        "bucketId": AVATARS_BUCKET, "name": "Pictures of people", "permissions": shared, "fileSecurity": true,
        "maximumFileSize": AVATAR, "allowedFileExtensions": ["png", "jpg", "jpeg", "webp", "gif"],
    });
    backend.ensure_bucket(&bucket).await?;
    for member in backend.members(ORGANISATION_TEAM).await? {
        write_person(backend, &member, &server.matrix.server_name).await?;
    }
    Ok(())
}

/// Brings somebody's row of the directory in line with their account and their role in the organisation's team.
pub async fn write_person(backend: &Backend, member: &Member, server_name: &str) -> Result<(), GatewayError> {
    let Ok(localpart) = matrix_localpart(&member.user_id) else { return Ok(()) };
    let role = member
        .roles
        .iter()
        .filter(|role| *role != "owner" || member.roles.len() == 1)
        .find_map(|role| serde_json::from_value::<Role>(json!(role)).ok())
        .unwrap_or_default();
    let row = json!({
        "name": member.user_name,
        "email": member.user_email,
        "role": role,
        "matrixId": format!("@{localpart}:{server_name}"),
    });
    let permissions = [format!("read(\"team:{ORGANISATION_TEAM}\")")];
    Ok(backend.upsert_row(DATABASE, PEOPLE_TABLE, &member.user_id, &row, Some(&permissions)).await?)
}
