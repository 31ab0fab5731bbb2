//! The demo organisation "Northlight": people, rooms and files, made through the same APIs that everybody uses.
//! Every step can be repeated, so an interrupted seeding goes on where it stopped.

use std::{fs, os::unix::fs::OpenOptionsExt, path::Path};

use anyhow::{Context, Result};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    appwrite::{Appwrite, read},
    demo_files::demo_files,
    matrix::MatrixSession,
    people::{DEMO_PEOPLE, DemoPerson, Person},
};

/// A room that everybody of the demo organisation is in.
#[derive(Debug, Clone, Copy)]
pub struct DemoRoom {
    pub name: &'static str,
    pub topic: &'static str,
    /// Local part of the room's alias.
    pub alias: &'static str,
}

/// End-to-end encrypted rooms; calls may be started in each.
pub const DEMO_ROOMS: [DemoRoom; 3] = [
    DemoRoom { name: "Release 2.4", topic: "Everything up to the release on Friday", alias: "release-2-4" },
    DemoRoom { name: "Clinic handover", topic: "Shift change at 07:30 and 19:30", alias: "clinic-handover" },
    DemoRoom { name: "Engineering", topic: "Builds, reviews and what broke", alias: "engineering" },
];

/// The organisation's team, table and bucket have fixed ids.
const TEAM: &str = "organisation";
const BUCKET: &str = "files";

/// Fills an empty stack; a stack that has it all is left alone.
pub(crate) async fn seed(
    data_dir: &Path,
    server: &str,
    admin: &Appwrite,
    anonymous: &Appwrite,
) -> Result<Vec<Person>> {
    let done = data_dir.join("northlight.json");
    if let Ok(text) = fs::read_to_string(&done) {
        return serde_json::from_str(&text)
            .with_context(|| format!("{} is damaged: delete it", done.display()));
    }
    let password = demo_password(data_dir)?;
    let mut people = Vec::new();
    let mut sessions = Vec::new();
    for person in &DEMO_PEOPLE {
        make_account(admin, person, &password)
            .await
            .with_context(|| format!("cannot make the account of {}", person.name))?;
        let matrix = sign_in_to_matrix(server, anonymous, &person.email(), &password)
            .await
            .with_context(|| format!("cannot sign {} in to Matrix", person.name))?;
        write_profile(admin, person, &matrix.user_id)
            .await
            .with_context(|| format!("cannot write the directory row of {}", person.name))?;
        people.push(Person {
            name: person.name.to_owned(),
            email: person.email(),
            password: password.clone(),
            user_id: person.id.to_owned(),
            matrix_id: matrix.user_id.clone(),
        });
        sessions.push(matrix);
    }
    make_rooms(&sessions).await.context("cannot make the demo rooms")?;
    for session in sessions {
        session.sign_out().await?;
    }
    upload_files(admin).await.context("cannot upload the demo files")?;
    write_private(&done, &serde_json::to_string_pretty(&people)?)?;
    Ok(people)
}

async fn make_account(admin: &Appwrite, person: &DemoPerson, password: &str) -> Result<()> {
    let user = json!({
        "userId": person.id,
        "email": person.email(),
        "password": password,
        "name": person.name,
    });
    admin.ensure(Method::POST, "/users", &user).await?;
    let team = json!({ "teamId": TEAM, "name": "Northlight" });
    admin.ensure(Method::POST, "/teams", &team).await?;
    let roles =
        if person.role == "administrator" { json!(["owner", "administrator"]) } else { json!([person.role]) };
    // With an API key the membership is confirmed at once, no mail is sent.
    let membership = json!({ "userId": person.id, "roles": roles, "url": "http://localhost" });
    admin.ensure(Method::POST, &format!("/teams/{TEAM}/memberships"), &membership).await
}

/// Signs in as every client does: an Appwrite session, its JWT, the gateway's login token.
pub(crate) async fn sign_in_to_matrix(
    server: &str,
    anonymous: &Appwrite,
    email: &str,
    password: &str,
) -> Result<MatrixSession> {
    let (token, homeserver) = login_token(server, anonymous, email, password).await?;
    MatrixSession::sign_in(&homeserver, &token).await
}

/// The gateway's login token for Matrix, good for a minute, and the homeserver that takes it.
pub(crate) async fn login_token(
    server: &str,
    anonymous: &Appwrite,
    email: &str,
    password: &str,
) -> Result<(String, String)> {
    let login =
        ask_gateway(server, anonymous, (email, password), "/telestack/v1/matrix/login", &json!({})).await?;
    let token = login["token"].as_str().context("the gateway gave no login token")?;
    let homeserver = login["homeserver"].as_str().context("the gateway named no homeserver")?;
    Ok((token.to_owned(), homeserver.to_owned()))
}

/// What the homeserver takes as somebody's password when they confirm what they do.
pub(crate) async fn confirmation(
    server: &str,
    anonymous: &Appwrite,
    email: &str,
    password: &str,
) -> Result<String> {
    let (path, body) = ("/telestack/v1/matrix/confirmation", json!({ "password": password }));
    let answer = ask_gateway(server, anonymous, (email, password), path, &body).await?;
    Ok(answer["secret"].as_str().context("the gateway gave no secret")?.to_owned())
}

/// A question to the gateway by somebody who signs in for it.
async fn ask_gateway(
    server: &str,
    anonymous: &Appwrite,
    (email, password): (&str, &str),
    path: &str,
    body: &Value,
) -> Result<Value> {
    let session = anonymous.sign_in(email, password).await?;
    let jwt = session.call(Method::POST, "/account/jwts", &json!({})).await?;
    let jwt = jwt["jwt"].as_str().context("the engine gave no JWT")?;
    let request = reqwest::Client::new().post(format!("{server}{path}")).bearer_auth(jwt).json(body);
    let answer = read("POST", path, request.send().await?).await?;
    // The session was only for this; nobody should see it in their list of devices.
    session.call(Method::DELETE, "/account/sessions/current", &Value::Null).await?;
    Ok(answer)
}

async fn write_profile(admin: &Appwrite, person: &DemoPerson, matrix_id: &str) -> Result<()> {
    let row = json!({
        "data": {
            "name": person.name,
            "email": person.email(),
            "role": person.role,
            "title": person.title,
            "team": person.team,
            "matrixId": matrix_id,
        },
        "permissions": [format!("read(\"team:{TEAM}\")")],
    });
    let path = format!("/tablesdb/telestack/tables/people/rows/{}", person.id);
    admin.call(Method::PUT, &path, &row).await.map(|_| ())
}

async fn make_rooms(sessions: &[MatrixSession]) -> Result<()> {
    let (creator, others) = sessions.split_first().context("nobody to make rooms")?;
    let invite: Vec<String> = others.iter().map(|other| other.user_id.clone()).collect();
    let server_name = creator.user_id.split_once(':').map_or("localhost", |(_, server)| server).to_owned();
    for room in &DEMO_ROOMS {
        let alias = format!("#{}:{server_name}", room.alias);
        let room_id = match creator.room_by_alias(&alias).await? {
            Some(id) => id,
            None => creator.create_room(room.name, room.topic, room.alias, &invite).await?,
        };
        for other in others {
            other.join(&room_id).await?;
        }
    }
    Ok(())
}

async fn upload_files(admin: &Appwrite) -> Result<()> {
    let role = format!("team:{TEAM}");
    let permissions: Vec<String> =
        ["read", "create", "update", "delete"].iter().map(|verb| format!("{verb}(\"{role}\")")).collect();
    let bucket = json!({ "bucketId": BUCKET, "name": "Files", "permissions": permissions });
    admin.ensure(Method::POST, "/storage/buckets", &bucket).await?;
    for file in demo_files()? {
        let plain = file.name.rsplit('/').next().unwrap_or(file.name);
        admin.upload(BUCKET, file.id, plain, file.mime, file.bytes).await?;
        if plain != file.name {
            // Folders are part of the name; multipart file names may not carry them, the rename may.
            let path = format!("/storage/buckets/{BUCKET}/files/{}", file.id);
            admin.call(Method::PUT, &path, &json!({ "name": file.name })).await?;
        }
    }
    Ok(())
}

/// Random per data folder: no password of ours works anywhere else.
fn demo_password(data_dir: &Path) -> Result<String> {
    let file = data_dir.join("demo-password");
    if let Ok(password) = fs::read_to_string(&file) {
        return Ok(password.trim().to_owned());
    }
    let mut random = [0_u8; 6];
    getrandom::fill(&mut random).map_err(|fault| anyhow::anyhow!("no randomness: {fault}"))?;
    let password = format!("northlight-{}", hex::encode(random));
    write_private(&file, &password)?;
    Ok(password)
}

/// Writes beside and renames, so that a half-written file is never read; mode 0600.
fn write_private(file: &Path, text: &str) -> Result<()> {
    let part = file.with_extension("part");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    std::io::Write::write_all(&mut options.open(&part)?, text.as_bytes())?;
    fs::rename(&part, file).with_context(|| format!("cannot write {}", file.display()))
}
