//! PocketBase, out of `bench/pocketbase`: as it is published, but as durable as we are.

use std::{net::SocketAddr, ops::Range, path::Path, process::Command, sync::Arc};

use anyhow::{Context, Result, ensure};
use futures_util::FutureExt as _;
use hyper::header::HeaderMap;
use serde_json::{Value, json};
use telestack_testkit::Spawn;

use super::{
    load::{self, Call, Doing, Line, Target},
    peer::{Calls, Data, GROUP, Server, folder, id, pocketbase_program, text},
};

const NOTES: &str = "/api/collections/notes/records";
const EMAIL: &str = "admin@example.org";
const PASSWORD: &str = "a long password";
/// Connections while the table is filled.
const FILLING: usize = 32;

pub async fn start() -> Result<Server> {
    Server::start(folder()?, "/api/health", spawn).await
}

fn spawn(folder: &Path, address: SocketAddr) -> Result<Spawn> {
    let folder_name = folder.to_str().context("a path")?.to_owned();
    Ok(Spawn::new("pocketbase", pocketbase_program())
        .arg("serve")
        .arg(format!("--http={address}"))
        .arg(format!("--dir={folder_name}/data"))
        .log(&folder.join("log")))
}

/// Makes the tables, with no notes in them.
pub async fn prepare(server: &Server) -> Result<Data> {
    let made = Command::new(pocketbase_program())
        .args(["superuser", "upsert", EMAIL, PASSWORD])
        .arg(format!("--dir={}/data", server.folder.path().display()))
        .output()?;
    ensure!(made.status.success(), "no superuser: {}", String::from_utf8_lossy(&made.stderr));
    let nobody = Target { address: server.address, headers: HeaderMap::new() };
    let admin = sign_in(&nobody, "_superusers", EMAIL).await?.0;
    let mut line = Line::open(&admin).await?;
    let settings = json!({ "batch": { "enabled": true, "maxRequests": 100, "timeout": 30 } });
    line.call(Call { method: hyper::Method::PATCH, ..Call::post("/api/settings", &settings) }).await?;
    let person = json!({ "email": "ada@example.org", "password": PASSWORD, "passwordConfirm": PASSWORD });
    line.call(Call::post("/api/collections/users/records", &person)).await?;
    let (user, owner) = sign_in(&nobody, "users", "ada@example.org").await?;
    let rule = "owner = @request.auth.id";
    let relation = |name: &str, to: &str| json!({ "name": name, "type": "relation", "collectionId": to, "maxSelect": 1 });
    let mut make = async |name: &str, mut fields: Vec<Value>, indexes: Value| -> Result<String> {
        fields.push(relation("owner", "_pb_users_auth_"));
        let collection = json!({ "name": name, "type": "base", "fields": fields, "indexes": indexes,
            "listRule": rule, "viewRule": rule, "createRule": rule, "updateRule": rule, "deleteRule": rule });
        let made: Value =
            serde_json::from_slice(&line.call(Call::post("/api/collections", &collection)).await?)?;
        Ok(made["id"].as_str().context("an id")?.to_owned())
    };
    let authors = make("authors", vec![json!({ "name": "name", "type": "text" })], json!([])).await?;
    let fields = vec![
        json!({ "name": "text", "type": "text", "max": 1000 }),
        json!({ "name": "grp", "type": "number" }),
        relation("author", &authors),
    ];
    make("notes", fields, json!(["CREATE INDEX notes_by_group ON notes (grp)"])).await?;
    let author = json!({ "id": id(0), "name": "Ada", "owner": owner });
    line.call(Call::post("/api/collections/authors/records", &author)).await?;
    Ok(Data { user, admin, calls: Arc::new(PocketBase { owner }) })
}

/// Makes the notes of these numbers.
pub async fn fill(data: &Data, numbers: Range<u64>) -> Result<()> {
    let calls = data.calls.clone();
    load::all(&data.user, FILLING, numbers, move |number| calls.insert(number)).await
}

/// Who signed in, and their id.
async fn sign_in(nobody: &Target, collection: &str, email: &str) -> Result<(Target, String)> {
    let path = format!("/api/collections/{collection}/auth-with-password");
    let call = Call::post(&path, &json!({ "identity": email, "password": PASSWORD }));
    let answer: Value = serde_json::from_slice(&Line::open(nobody).await?.call(call).await?)?;
    let mut headers = HeaderMap::new();
    headers.insert("authorization", answer["token"].as_str().context("a token")?.parse()?);
    let id = answer["record"]["id"].as_str().context("an id")?.to_owned();
    Ok((Target { address: nobody.address, headers }, id))
}

struct PocketBase {
    owner: String,
}

impl PocketBase {
    fn row(&self, number: u64) -> Value {
        json!({ "id": id(number), "text": text(number), "grp": number / GROUP, "owner": self.owner, "author": id(0) })
    }
}

impl Calls for PocketBase {
    fn insert(&self, number: u64) -> Call {
        Call::post(NOTES, &self.row(number))
    }

    fn insert_ten(&self, number: u64) -> Call {
        let requests: Vec<Value> = (number * 10..number * 10 + 10)
            .map(|number| json!({ "method": "POST", "url": NOTES, "body": self.row(number) }))
            .collect();
        Call::post("/api/batch", &json!({ "requests": requests }))
    }

    /// It takes all of them in one call.
    fn transaction<'a>(&'a self, line: &'a mut Line, number: u64) -> Doing<'a> {
        async move { line.call(self.insert_ten(number)).await.map(drop) }.boxed()
    }

    /// It has no index of words: it looks for the text in every row.
    fn search(&self, word: u64) -> Call {
        Call::get(format!("{NOTES}?perPage=25&skipTotal=1&filter=(text~'{word}')"))
    }

    fn get(&self, number: u64) -> Call {
        Call::get(format!("{NOTES}/{}", id(number)))
    }

    fn list(&self, group: u64) -> Call {
        Call::get(format!("{NOTES}?perPage=25&skipTotal=1&filter=(grp={group})"))
    }

    fn with_author(&self, number: u64) -> Call {
        Call::get(format!("{NOTES}/{}?expand=author", id(number)))
    }
}
