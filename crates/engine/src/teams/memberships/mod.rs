//! Who is in a team and as what; who was asked and did not say yes yet.

mod accept;
mod change;
mod create;
mod list;

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::{Value, json};

pub use accept::accept;
pub use change::{delete, update};
pub use create::create;
pub use list::{get, list, list_of_user, list_own};

use crate::core::{
    clock::iso,
    error::{ApiError, ApiResult},
    events::Event,
    ids,
    settings::MembershipPrivacy,
    store::StoreError,
};

const SELECT: &str =
    "SELECT m.id, m.user_id, m.team_id, m.roles, m.created, m.updated, u.name, coalesce(u.email, ''),
       t.name, u.accessed, coalesce(u.phone, ''), m.joined, u.mfa, m.invited
     FROM membership m JOIN user u ON u.id = m.user_id JOIN team t ON t.id = m.team_id";

/// How much of somebody is shown who did not say yes yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pending {
    /// What the inviter knew: nobody learns an address by asking somebody in.
    AsInvited,
    Whole,
}

fn find(
    connection: &Connection,
    team: &str,
    id: &str,
    pending: Pending,
) -> Result<Option<Value>, StoreError> {
    let sql = format!("{SELECT} WHERE m.team_id = ?1 AND m.id = ?2");
    Ok(connection.query_row(&sql, [team, id], |row| json_of(row, pending)).optional()?)
}

/// Puts somebody into a team at once.
pub fn join(tx: &Connection, team: &str, user: &str, roles: &str, now: i64) -> Result<Value, StoreError> {
    let id = ids::unique();
    tx.execute(
        "INSERT INTO membership (id, team_id, user_id, roles, created, updated, joined)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?5)
         ON CONFLICT (team_id, user_id) DO UPDATE SET roles = excluded.roles, joined = excluded.joined,
           updated = excluded.updated, hash = NULL",
        params![id, team, user, roles, now],
    )?;
    let sql = format!("{SELECT} WHERE m.team_id = ?1 AND m.user_id = ?2");
    Ok(tx.query_row(&sql, [team, user], |row| json_of(row, Pending::Whole))?)
}

/// Takes away what the people of a team do not see of each other.
fn hide(membership: &mut Value, shown: MembershipPrivacy) {
    for (field, is_shown) in [
        ("userId", shown.user_id),
        ("userEmail", shown.user_email),
        ("userPhone", shown.user_phone),
        ("userName", shown.user_name),
        ("userAccessedAt", shown.user_accessed_at),
    ] {
        if !is_shown {
            membership[field] = json!("");
        }
    }
    if !shown.user_mfa {
        membership["mfa"] = json!(false);
    }
}

/// Told to the team and to the person, whose roles are others now.
fn event(membership: &Value, shown: MembershipPrivacy, action: &str, time: i64) -> Event {
    let text = |key: &str| membership[key].as_str().unwrap_or_default();
    let (team, id, user) = (text("teamId"), text("$id"), text("userId"));
    let mut payload = membership.clone();
    hide(&mut payload, shown);
    Event::new(&[("teams", team), ("memberships", id)], action, payload, time)
        .on(["memberships".to_owned(), format!("memberships.{id}")], action)
        .readable_by(&format!("team:{team}"))
        .readable_by(&format!("user:{user}"))
        .concerning(user)
}

/// Roles as they are kept.
pub fn check_roles(roles: &[String]) -> ApiResult<String> {
    let valid = |role: &String| {
        !role.is_empty()
            && role.len() <= 81
            && role.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    if roles.len() <= 100 && roles.iter().all(valid) {
        Ok(json!(roles).to_string())
    } else {
        Err(ApiError::argument("Roles are words of at most 81 letters, digits, '-' and '_'."))
    }
}

fn not_found() -> ApiError {
    ApiError::not_found("membership_not_found", "A membership")
}

fn json_of(row: &Row<'_>, pending: Pending) -> rusqlite::Result<Value> {
    let roles: String = row.get(3)?;
    let created: i64 = row.get(4)?;
    let joined: Option<i64> = row.get(11)?;
    let invited: String = row.get(13)?;
    let mut membership = json!({
        "$id": row.get::<_, String>(0)?,
        "$createdAt": iso(created),
        "$updatedAt": iso(row.get(5)?),
        "userId": row.get::<_, String>(1)?,
        "userName": row.get::<_, String>(6)?,
        "userEmail": row.get::<_, String>(7)?,
        "userPhone": row.get::<_, String>(10)?,
        "userAccessedAt": iso(row.get(9)?),
        "teamId": row.get::<_, String>(2)?,
        "teamName": row.get::<_, String>(8)?,
        "invited": iso(created),
        "joined": joined.map_or_else(String::new, iso),
        "confirm": joined.is_some(),
        "mfa": row.get::<_, bool>(12)?,
        "roles": serde_json::from_str::<Value>(&roles).unwrap_or_else(|_| json!([])),
    });
    if joined.is_none() && pending == Pending::AsInvited {
        let by_phone = invited.starts_with('+');
        membership["userName"] = json!("");
        membership["userEmail"] = json!(if by_phone { "" } else { invited.as_str() });
        membership["userPhone"] = json!(if by_phone { invited.as_str() } else { "" });
        membership["userAccessedAt"] = json!("");
        membership["mfa"] = json!(false);
    }
    Ok(membership)
}
