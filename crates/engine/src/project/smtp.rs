//! `/project/smtp`: a mail server in place of the configured one, and a mail that tries it.

use axum::{http::StatusCode, response::Response};
use serde::Deserialize;

use super::overview;
use crate::{
    core::{
        error::{ApiError, ApiResult},
        messenger::{Channel, Message, MessageError, Sender},
        routes::{self, Call},
        settings::{self, MailServer, is_hostname},
    },
    users::check_email,
};

/// Addresses that one test goes to.
const TESTED: usize = 10;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    host: Option<String>,
    port: Option<u16>,
    username: Option<String>,
    password: Option<String>,
    sender_email: Option<String>,
    sender_name: Option<String>,
    reply_to_email: Option<String>,
    reply_to_name: Option<String>,
    secure: Option<String>,
    enabled: Option<bool>,
}

/// `PATCH /project/smtp`: what is not given stays, an empty text takes a value away. Before it is used the server is
/// called once.
pub async fn update(mut call: Call) -> ApiResult<Response> {
    let body: Body = call.json().await?;
    let server = changed(call.app.settings().mail_server.clone(), body, &call.app.config.jwt_secret)?;
    if server.enabled {
        let open = server
            .open(&call.app.config.jwt_secret)
            .ok_or_else(|| invalid("The password cannot be read: give it again.".to_owned()))?;
        open.test(&call.app.outbound).await.map_err(|error| invalid(error.to_string()))?;
    }
    let now = call.app.now();
    let kept = serde_json::to_value(server).unwrap_or_default();
    call.app.set(move |tx| settings::keep(tx, "smtp", &kept, now)).await?;
    overview::answer(&call.app)
}

fn changed(mut server: MailServer, body: Body, secret: &[u8]) -> ApiResult<MailServer> {
    let host = body.host.map(|host| host.trim().to_owned());
    if let Some(host) = host {
        if !host.is_empty() && (!is_hostname(&host) || host.starts_with('*')) {
            return Err(ApiError::argument("'host' is a host's name or address."));
        }
        server.host = host;
    }
    let address = |text: String| if text.is_empty() { Ok(text) } else { check_email(&text) };
    if let Some(email) = body.sender_email {
        server.sender_email = address(email)?;
    }
    if let Some(email) = body.reply_to_email {
        server.reply_to_email = address(email)?;
    }
    for (given, value) in [
        (body.username, &mut server.username),
        (body.sender_name, &mut server.sender_name),
        (body.reply_to_name, &mut server.reply_to_name),
    ] {
        if let Some(text) = given {
            *value = check_text(text)?;
        }
    }
    if let Some(password) = body.password {
        server.set_password(secret, &check_text(password)?);
    }
    if let Some(secure) = body.secure {
        if !matches!(secure.as_str(), "" | "tls" | "ssl") {
            return Err(ApiError::argument("'secure' is tls, ssl or empty."));
        }
        server.secure = secure;
    }
    server.port = body.port.unwrap_or(server.port);
    server.enabled = body.enabled.unwrap_or(server.enabled);
    if server.enabled {
        for (name, is_missing) in [
            ("host", server.host.is_empty()),
            ("port", server.port == 0),
            ("senderEmail", server.sender_email.is_empty()),
        ] {
            if is_missing {
                return Err(ApiError::argument(format!("Without '{name}' no mail goes out.")));
            }
        }
    }
    Ok(server)
}

fn check_text(text: String) -> ApiResult<String> {
    if text.chars().count() <= 256 && !text.contains(char::is_control) {
        Ok(text)
    } else {
        Err(ApiError::argument("Names and passwords have at most 256 characters on one line."))
    }
}

/// `POST /project/smtp/tests`: says whether the mails were taken.
pub async fn test(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    struct Body {
        emails: Vec<String>,
    }
    let body: Body = call.json().await?;
    if body.emails.is_empty() || body.emails.len() > TESTED {
        return Err(ApiError::argument("'emails' are 1 to 10 addresses."));
    }
    let to = body.emails.iter().map(|email| check_email(email)).collect::<ApiResult<Vec<_>>>()?;
    let server = call.app.settings().mail_server.clone();
    if !server.enabled {
        return Err(ApiError::argument("SMTP is not enabled: there is nothing to test."));
    }
    let failed = |error: MessageError| invalid(error.to_string());
    let open = server
        .open(&call.app.config.jwt_secret)
        .ok_or_else(|| invalid("The password cannot be read: give it again.".to_owned()))?;
    let organisation = call.app.messenger.organisation();
    let text = format!("{organisation} sends its mail through {}. You need not do anything.", server.host);
    for to in to {
        let message = Message {
            channel: Channel::Email,
            to,
            subject: format!("A test of {organisation}'s mail"),
            html: format!("<!doctype html><p>{}</p>", text.replace('&', "&amp;").replace('<', "&lt;")),
            text: text.clone(),
        };
        let smtp = open.connect(&call.app.outbound).await.map_err(failed)?;
        smtp.send(&message, &Sender::default()).await.map_err(failed)?;
    }
    routes::empty()
}

fn invalid(reason: String) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "project_smtp_config_invalid", reason)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn body(value: serde_json::Value) -> Body {
        serde_json::from_value(value).expect("a body")
    }

    #[test]
    fn what_is_not_given_stays_and_what_is_not_whole_is_refused() {
        let secret = b"key";
        let on = json!({
            "host": "mail.example.org", "port": 587, "username": "us", "password": "secret", "secure": "tls",
            "senderEmail": "no-reply@example.org", "enabled": true,
        });
        let server = changed(MailServer::default(), body(on), secret).expect("whole");
        let renamed = changed(server.clone(), body(json!({ "senderName": "North" })), secret).expect("still");
        assert_eq!((renamed.host.as_str(), renamed.sender_name.as_str()), ("mail.example.org", "North"));
        assert_eq!(renamed.open(secret).expect("open").password, "secret");
        for bad in [
            json!({ "host": "" }),
            json!({ "host": "http://mail" }),
            json!({ "senderEmail": "" }),
            json!({ "senderEmail": "a@b.c\r\nBcc: d@e.f" }),
            json!({ "senderName": "a\nb" }),
            json!({ "secure": "none" }),
            json!({ "port": 0 }),
        ] {
            assert!(changed(server.clone(), body(bad.clone()), secret).is_err(), "{bad}");
        }
        assert!(changed(MailServer::default(), body(json!({ "enabled": true })), secret).is_err());
    }
}
