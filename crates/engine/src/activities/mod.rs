//! `/activities`: who changed what, as `core/audit.rs` notes it.

use axum::{
    http::{Method, StatusCode},
    response::Response,
};
use rusqlite::{OptionalExtension as _, Row};
use serde_json::{Value, json};

use crate::core::{
    clock::iso,
    error::{ApiError, ApiResult},
    query::{Field, List, Shape, Source},
    routes::{self, Call, Route, key},
};

const SELECT: &str =
    "SELECT id, actor_kind, actor_id, actor_name, actor_email, event, resource, parent, kind, resource_id,
     team_id, ip, agent, sdk, sdk_version, hostname, time, acted_as, country FROM activity";

pub fn routes() -> Vec<Route> {
    vec![
        key("events.read", Method::GET, "/activities/events", |call| Box::pin(list(call))),
        key("events.read", Method::GET, "/activities/events/{eventId}", |call| Box::pin(get(call))),
    ]
}

async fn list(call: Call) -> ApiResult<Response> {
    let column = |name: &str| {
        let known = match name {
            "$id" => "id",
            "actorType" => "actor_kind",
            "actorId" | "userId" => "actor_id",
            "actorName" => "actor_name",
            "actorEmail" => "actor_email",
            "event" => "event",
            "resource" => "resource",
            "resourceParent" => "parent",
            "resourceType" => "kind",
            "resourceId" => "resource_id",
            "teamId" => "team_id",
            "impersonatedUserId" => "acted_as",
            "ip" => "ip",
            "time" => return Some(Field::plain("time".to_owned()).shaped(Shape::Millis)),
            _ => return None,
        };
        Some(Field::plain(known.to_owned()))
    };
    let mut list = List::by(&call, &queries(&call), &column)?;
    if list.page.order.is_empty() {
        // The latest first, as a log is read.
        list.page.order.push(("number".to_owned(), false));
    }
    let project = call.app.config.project.clone();
    let of_row = move |row: &Row<'_>| event(row, &project);
    list.answer(&call.app.store, "events", Source::whole(SELECT, "activity", "number"), of_row).await
}

/// The SDKs take one text here: one query, or several as a JSON list; and the usual list of queries.
fn queries(call: &Call) -> Vec<String> {
    let mut queries = call.list("queries");
    if let Some(text) = call.query_value("queries") {
        match serde_json::from_str::<Vec<Value>>(text) {
            Ok(several) => queries.extend(
                several.iter().map(|one| one.as_str().map_or_else(|| one.to_string(), str::to_owned)),
            ),
            Err(_) => queries.push(text.to_owned()),
        }
    }
    queries
}

async fn get(call: Call) -> ApiResult<Response> {
    let (id, project) = (call.param("eventId").to_owned(), call.app.config.project.clone());
    let found = call
        .app
        .store
        .read(move |c| {
            let sql = format!("{SELECT} WHERE id = ?1");
            Ok(c.query_row(&sql, [id], |row| event(row, &project)).optional()?)
        })
        .await?;
    routes::json(StatusCode::OK, &found.ok_or_else(|| ApiError::not_found("event_not_found", "An event"))?)
}

fn event(row: &Row<'_>, project: &str) -> rusqlite::Result<Value> {
    let text = |at: usize| row.get::<_, String>(at);
    let actor = text(1)?;
    Ok(json!({
        "$id": text(0)?,
        "actorId": text(2)?,
        "actorName": text(3)?,
        "actorEmail": text(4)?,
        "event": text(5)?,
        "resource": text(6)?,
        "resourceParent": text(7)?,
        "resourceType": text(8)?,
        "resourceId": text(9)?,
        "teamId": text(10)?,
        "ip": text(11)?,
        "userAgent": text(12)?,
        "sdk": text(13)?,
        "sdkVersion": text(14)?,
        "hostname": text(15)?,
        "time": iso(row.get(16)?),
        // As whom the actor did it; Appwrite keeps it and does not tell.
        "impersonatedUserId": text(17)?,
        "mode": if actor == "key" { "admin" } else { "default" },
        "actorType": actor,
        "projectId": project,
        "country": text(18)?.to_lowercase(),
        // Of a place nothing else is kept.
        "continentCode": "",
        "city": "",
        "subdivisions": "",
        "isp": "",
        "autonomousSystemNumber": "",
        "autonomousSystemOrganization": "",
        "connectionType": "",
        "connectionUsageType": "",
        "connectionOrganization": "",
    }))
}
