//! The organisation's own words of mails, by kind and language.

use axum::{http::StatusCode, response::Response};
use rusqlite::params;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    core::{
        error::{ApiError, ApiResult},
        messenger::{Language, Sender, Template},
        query::List,
        routes::{self, Call},
        settings::{Wording, Wordings, one_of, with_their_places},
    },
    users::check_email,
};

/// Kinds and languages with words of their own. All of them lie in memory.
const MOST: i64 = 100;
const SUBJECT: usize = 255;
const MESSAGE: usize = 128 * 1024;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    template_id: String,
    #[serde(default)]
    locale: Option<String>,
    subject: Option<String>,
    message: Option<String>,
    sender_name: Option<String>,
    sender_email: Option<String>,
    reply_to_email: Option<String>,
    reply_to_name: Option<String>,
}

/// `GET /project/templates/email`: those that are the organisation's own.
pub async fn list(call: Call) -> ApiResult<Response> {
    // Only limit and offset: there are no attributes.
    let list = List::of_columns(&call, &|_| None)?;
    let settings = call.app.settings();
    let named = call.app.store.read(|c| {
        let sql = "SELECT kind, locale FROM email_template ORDER BY number";
        let mut statement = c.prepare_cached(sql)?;
        let names = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(names.collect::<Result<Vec<(String, String)>, _>>()?)
    });
    let all: Vec<Value> = named
        .await?
        .iter()
        .filter_map(|(kind, locale)| Some(json_of(kind, locale, settings.wordings.get(kind, locale)?)))
        .collect();
    list.slice("templates", all)
}

/// `GET /project/templates/email/{templateId}`: the organisation's own words, or the built-in ones.
pub async fn get(call: Call) -> ApiResult<Response> {
    let kind = one_of(&Wordings::kinds(), call.param("templateId"), "templateId")?;
    let language = locale(call.query_value("locale"))?;
    let settings = call.app.settings();
    let template = match settings.wordings.get(kind, language.code()) {
        Some(own) => json_of(kind, language.code(), own),
        None => json_of(kind, language.code(), &built_in(kind, language)),
    };
    routes::json(StatusCode::OK, &template)
}

/// `PATCH /project/templates/email`: what is not given stays as it is.
pub async fn update(mut call: Call) -> ApiResult<Response> {
    let body: Body = call.json().await?;
    let kind = one_of(&Wordings::kinds(), &body.template_id, "templateId")?;
    let language = locale(body.locale.as_deref())?;
    let settings = call.app.settings();
    let before = settings.wordings.get(kind, language.code()).map(|own| Wording::clone(own));
    let own = changed(before.unwrap_or_else(|| built_in(kind, language)), body)?;
    if let Some(place) = own.lacks(kind) {
        return Err(ApiError::argument(format!(
            "Without {{{{{place}}}}} in 'message' such a mail is of no use."
        )));
    }
    let kept = own.clone();
    call.app
        .set(move |tx| {
            let sql = "INSERT INTO email_template (kind, locale, subject, message, sender_name, sender_email,
                   reply_to_name, reply_to_email) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                 ON CONFLICT (kind, locale) DO UPDATE SET subject = excluded.subject, message = excluded.message,
                   sender_name = excluded.sender_name, sender_email = excluded.sender_email,
                   reply_to_name = excluded.reply_to_name, reply_to_email = excluded.reply_to_email";
            let Wording { subject, message, sender } = kept;
            tx.execute(
                sql,
                params![
                    kind,
                    language.code(),
                    subject,
                    message,
                    sender.name,
                    sender.email,
                    sender.reply_to_name,
                    sender.reply_to_email
                ],
            )?;
            if tx.query_row("SELECT count(*) FROM email_template", [], |row| row.get::<_, i64>(0))? > MOST {
                return Err(ApiError::argument("There are 100 templates already.").into());
            }
            Ok(())
        })
        .await?;
    routes::json(StatusCode::OK, &json_of(kind, language.code(), &own))
}

/// The language that is meant; English where none is.
fn locale(code: Option<&str>) -> ApiResult<Language> {
    match code.filter(|code| !code.is_empty()) {
        None => Ok(Language::ENGLISH),
        Some(code) => Language::from_code(code)
            .ok_or_else(|| ApiError::argument("'locale' is a language, as 'de' or 'de-at'.")),
    }
}

/// The built-in words of a kind, with places as templates have them.
fn built_in(kind: &str, language: Language) -> Wording {
    let Some(template) = Template::of_kind(kind) else { return Wording::default() };
    let (subject, message) = template.built_in(language);
    Wording {
        subject: with_their_places(subject),
        message: with_their_places(message),
        sender: Sender::default(),
    }
}

fn changed(mut own: Wording, body: Body) -> ApiResult<Wording> {
    let line = |text: &String| text.chars().count() <= SUBJECT && !text.contains(char::is_control);
    if let Some(subject) = body.subject {
        if subject.is_empty() || !line(&subject) {
            return Err(ApiError::argument("'subject' is one line of at most 255 characters."));
        }
        own.subject = subject;
    }
    if let Some(message) = body.message {
        if message.is_empty() || message.len() > MESSAGE || message.contains('\0') {
            return Err(ApiError::argument("'message' is a text of at most 128 KiB."));
        }
        own.message = message;
    }
    for (given, value) in
        [(body.sender_name, &mut own.sender.name), (body.reply_to_name, &mut own.sender.reply_to_name)]
    {
        if let Some(name) = given {
            if !line(&name) {
                return Err(ApiError::argument("A name is one line of at most 255 characters."));
            }
            *value = name;
        }
    }
    for (given, value) in
        [(body.sender_email, &mut own.sender.email), (body.reply_to_email, &mut own.sender.reply_to_email)]
    {
        match given {
            None => {}
            Some(email) if email.is_empty() => *value = email,
            Some(email) => *value = check_email(&email)?,
        }
    }
    Ok(own)
}

fn json_of(kind: &str, locale: &str, own: &Wording) -> Value {
    json!({
        "templateId": kind,
        "locale": locale,
        "message": own.message,
        "senderName": own.sender.name,
        "senderEmail": own.sender.email,
        "replyToEmail": own.sender.reply_to_email,
        "replyToName": own.sender.reply_to_name,
        "subject": own.subject,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_words_of_each_kind_are_of_use_as_they_are() {
        for kind in Wordings::kinds() {
            let words = built_in(kind, Language::ENGLISH);
            assert!(!words.subject.is_empty() && words.lacks(kind).is_none(), "{kind}");
        }
    }
}
