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
    query::{self, Field, Shape, Source},
    routes::{self, Call, Route, key},
};

const SELECT: &str =
    "SELECT id, actor_kind, actor_id, actor_name, actor_email, event, resource, parent, kind, resource_id,
     team_id, ip, agent, sdk, sdk_version, hostname, time FROM activity";

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
            "ip" => "ip",
            "time" => return Some(Field::plain("time".to_owned()).shaped(Shape::Millis)),
            _ => return None,
        };
        Some(Field::plain(known.to_owned()))
    };
    let mut page = query::parse_fields(&queries(&call), &column)?;
    if page.order.is_empty() {
        // The latest first, as a log is read.
        page.order.push(("number".to_owned(), false));
    }
    let (counted, project) = (call.counted(), call.app.config.project.clone());
    let source = Source { select: SELECT, from: "activity", key: ("id", Vec::new()), last: "number" };
    let (total, events) =
        call.app.store.read(move |c| page.list(c, source, counted, |row| event(row, &project))).await?;
    routes::json(StatusCode::OK, &json!({ "total": total, "events": events }))
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
        "mode": if actor == "key" { "admin" } else { "default" },
        "actorType": actor,
        "projectId": project,
        // Nobody looks addresses up here.
        "country": "",
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
