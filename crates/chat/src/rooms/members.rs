//! Who is in a room.

use std::time::Duration;

use matrix_sdk::{Room, RoomMemberships, room::RoomMemberRole, ruma::events::room::member::MembershipState};
use tokio::time::timeout;

use crate::{
    ChatError, encryption,
    view::{Member, MemberPower},
};

/// The full list is asked from the server once; without it what is known is better than nothing.
const PATIENCE: Duration = Duration::from_secs(10);

/// By power, then by name.
pub async fn members(room: &Room) -> Result<Vec<Member>, ChatError> {
    if let Ok(Err(error)) = timeout(PATIENCE, room.sync_members()).await {
        tracing::debug!(%error, "the member list is not up to date");
    }
    let client = room.client();
    let mut members = Vec::new();
    for member in room.members_no_sync(RoomMemberships::ACTIVE).await? {
        members.push(Member {
            id: member.user_id().to_string(),
            name: member.name().to_owned(),
            avatar: member.avatar_url().map(ToString::to_string),
            power: match member.suggested_role_for_power_level() {
                RoomMemberRole::Creator | RoomMemberRole::Administrator => MemberPower::Admin,
                RoomMemberRole::Moderator => MemberPower::Moderator,
                RoomMemberRole::User => MemberPower::Member,
            },
            verified: encryption::is_verified(&client, member.user_id()).await,
            invited: *member.membership() == MembershipState::Invite,
        });
    }
    let rank = |member: &Member| match member.power {
        MemberPower::Admin => 0,
        MemberPower::Moderator => 1,
        MemberPower::Member => 2,
    };
    members.sort_by(|a, b| {
        let key = |member: &Member| (member.invited, rank(member), member.name.to_lowercase());
        key(a).cmp(&key(b))
    });
    Ok(members)
}
