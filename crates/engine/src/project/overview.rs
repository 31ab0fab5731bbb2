//! The project as a whole, and its labels.

use axum::{http::StatusCode, response::Response};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    core::{
        app::App,
        clock::iso,
        error::ApiResult,
        routes::{self, Call},
        settings::{self, AUTH_METHODS, PROTOCOLS, Settings, Switch},
    },
    oauth2,
};

/// `GET /project`
pub async fn get(call: Call) -> ApiResult<Response> {
    answer(&call.app)
}

/// `PUT /project/labels`
pub async fn set_labels(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    struct Body {
        labels: Vec<String>,
    }
    let body: Body = call.json().await?;
    let (labels, now) = (crate::users::check_labels(body.labels)?, call.app.now());
    call.app.set(move |tx| settings::keep(tx, "labels", &json!(labels), now)).await?;
    answer(&call.app)
}

/// The project as it is now.
pub fn answer(app: &App) -> ApiResult<Response> {
    routes::json(StatusCode::OK, &json_of(app, &app.settings()))
}

/// What of Appwrite's model belongs to its cloud is there and empty.
fn json_of(app: &App, settings: &Settings) -> Value {
    let switches = |ids: &[&'static str], switch: fn(&'static str) -> Switch| -> Value {
        ids.iter().map(|id| json!({ "$id": id, "enabled": settings.is_on(switch(id)) })).collect()
    };
    let mail = &settings.mail_server;
    let mut project = json!({
        "$id": app.config.project,
        "$createdAt": iso(settings.created),
        "$updatedAt": iso(settings.updated),
        "name": app.messenger.organisation(),
        "teamId": "",
        "region": "default",
        "devKeys": [],
        "smtpEnabled": mail.enabled,
        "smtpSenderName": mail.sender_name,
        "smtpSenderEmail": mail.sender_email,
        "smtpReplyToName": mail.reply_to_name,
        "smtpReplyToEmail": mail.reply_to_email,
        "smtpHost": mail.host,
        "smtpPort": mail.port,
        "smtpUsername": mail.username,
        "smtpPassword": "",
        "smtpSecure": mail.secure,
        "pingCount": 0,
        "pingedAt": "",
        "labels": settings.labels,
        "status": "active",
        "onboarding": {},
        "authMethods": switches(&AUTH_METHODS, Switch::AuthMethod),
        "services": switches(&super::switches::services_here(), Switch::Service),
        "protocols": switches(&PROTOCOLS, Switch::Protocol),
        "blocks": [],
        "consoleAccessedAt": "",
        "wafEnabled": false,
    });
    if let Some(fields) = project.as_object_mut() {
        fields.extend(settings.oauth2_server.fields());
        fields.insert("oAuth2ServerDiscoveryUrl".to_owned(), json!(oauth2::discovery_url(app)));
    }
    project
}
