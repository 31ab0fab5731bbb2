//! Our server: the binary as it is installed, with no Synapse and no livekit-server beside it.

use std::{fs, net::SocketAddr, ops::Range, path::Path, process::Command, sync::Arc};

use anyhow::{Context, Result, ensure};
use futures_util::FutureExt as _;
use hyper::{Method, header::HeaderMap};
use serde_json::{Value, json};
use telestack_testkit::{Appwrite, Spawn};

use super::{
    load::{self, Call, Doing, Line, Target},
    peer::{Calls, Data, GROUP, Server, folder, id, text},
};
use crate::beside;

const PROJECT: &str = "telestack";
const TRANSACTIONS: &str = "/v1/tablesdb/transactions";
const INDEXES: &str = "/v1/tablesdb/main/tables/notes/indexes";
const NOTES: &str = "/v1/tablesdb/main/tables/notes/rows";
/// Rows of one call while the table is filled, and how many such calls at once.
const BATCH: u64 = 500;
const FILLING: usize = 4;

pub async fn start() -> Result<Server> {
    Server::start(folder()?, "/v1/ping", spawn).await
}

fn spawn(folder: &Path, address: SocketAddr) -> Result<Spawn> {
    let config = folder.join("server.toml");
    // Nothing answers at these addresses, and nothing here asks for it.
    let text = format!(
        "[server]\nlisten = \"{address}\"\npublic_url = \"http://{address}\"\ndata_dir = {data:?}\nname = \"Bench\"\n\
         [matrix]\nhomeserver = \"http://127.0.0.1:9\"\nserver_name = \"localhost\"\n\
         [livekit]\nurl = \"ws://127.0.0.1:9\"\n[account]\nsessions = 100\n",
        data = folder.join("data"),
    );
    fs::create_dir_all(folder.join("data"))?;
    fs::write(&config, text)?;
    let config = config.to_str().context("a path")?;
    Ok(Spawn::new("telestack-server", beside("telestack-server")?)
        .args(["--config", config, "run"])
        .log(&folder.join("log")))
}

/// Makes the tables, with no notes in them.
pub async fn prepare(server: &Server) -> Result<Data> {
    let key = Command::new(beside("telestack-server")?)
        .arg("--config")
        .arg(server.folder.path().join("server.toml"))
        .arg("admin-key")
        .output()?;
    ensure!(key.status.success(), "no key: {}", String::from_utf8_lossy(&key.stderr));
    let key = String::from_utf8(key.stdout)?.lines().last().unwrap_or_default().trim().to_owned();
    let endpoint = format!("http://{}/v1", server.address);
    let admin = Appwrite::with_key(&endpoint, PROJECT, &key);
    let post = async |path: &str, body: Value| admin.call(Method::POST, path, &body).await;
    post("/users", json!({ "userId": "ada", "email": "ada@example.org", "password": "a long password" }))
        .await?;
    let session = post("/users/ada/sessions", json!({})).await?;
    post("/tablesdb", json!({ "databaseId": "main", "name": "Main" })).await?;
    for (table, columns) in [
        ("authors", json!([{ "key": "name", "type": "string", "size": 100 }])),
        (
            "notes",
            json!([{ "key": "text", "type": "string", "size": 1000 }, { "key": "grp", "type": "integer" }]),
        ),
    ] {
        let table = json!({ "tableId": table, "name": table, "rowSecurity": true,
            "permissions": ["create(\"users\")"], "columns": columns });
        post("/tablesdb/main/tables", table).await?;
    }
    let relation = json!({ "relatedTableId": "authors", "type": "manyToOne", "key": "author" });
    post("/tablesdb/main/tables/notes/columns/relationship", relation).await?;
    let index = json!({ "key": "by_group", "type": "key", "columns": ["grp"] });
    post("/tablesdb/main/tables/notes/indexes", index).await?;
    let target = |name: &'static str, value: &str| -> Result<Target> {
        let mut headers = HeaderMap::new();
        headers.insert("x-appwrite-project", PROJECT.parse()?);
        headers.insert(name, value.parse()?);
        Ok(Target { address: server.address, headers })
    };
    let user = target("x-appwrite-session", session["secret"].as_str().context("a secret")?)?;
    let authors = json!({ "rows": [{ "$id": id(0), "name": "Ada", "$permissions": of_ada() }] });
    post("/tablesdb/main/tables/authors/rows", authors).await?;
    Ok(Data { user, admin: target("x-appwrite-key", &key)?, calls: Arc::new(Ours) })
}

/// Makes an index of the words of the notes.
pub async fn index_words(data: &Data) -> Result<()> {
    let index = json!({ "key": "by_word", "type": "fulltext", "columns": ["text"] });
    Line::open(&data.admin).await?.call(Call::post(INDEXES, &index)).await?;
    Ok(())
}

/// Makes the notes of these numbers. The first is a multiple of [`BATCH`], as the last is.
pub async fn fill(data: &Data, numbers: Range<u64>) -> Result<()> {
    let permissions = of_ada();
    load::all(&data.admin, FILLING, numbers.start / BATCH..numbers.end / BATCH, move |batch| {
        let rows: Vec<Value> = (batch * BATCH..(batch + 1) * BATCH)
            .map(|number| {
                json!({ "$id": id(number), "$permissions": permissions, "text": text(number),
                    "grp": number / GROUP, "author": id(0) })
            })
            .collect();
        Call::post(NOTES, &json!({ "rows": rows }))
    })
    .await
}

fn of_ada() -> Vec<String> {
    ["read", "update", "delete"].iter().map(|may| format!("{may}(\"user:ada\")")).collect()
}

struct Ours;

fn query(path: &str, queries: &[Value]) -> Call {
    let mut path = format!("{path}?total=false");
    for (at, one) in queries.iter().enumerate() {
        let one: String = url_encoded(&one.to_string());
        path.push_str(&format!("&queries[{at}]={one}"));
    }
    Call::get(path)
}

/// Everything but letters and digits as `%XX`.
fn url_encoded(text: &str) -> String {
    text.bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            },
        )
        .collect()
}

impl Calls for Ours {
    fn insert(&self, number: u64) -> Call {
        let data = json!({ "text": text(number), "grp": number / GROUP, "author": id(0) });
        Call::post(NOTES, &json!({ "rowId": id(number), "data": data }))
    }

    fn insert_ten(&self, number: u64) -> Call {
        let rows: Vec<Value> = (number * 10..number * 10 + 10)
            .map(|number| json!({ "$id": id(number), "text": text(number), "grp": number / GROUP, "author": id(0) }))
            .collect();
        Call::post(NOTES, &json!({ "rows": rows }))
    }

    fn transaction<'a>(&'a self, line: &'a mut Line, number: u64) -> Doing<'a> {
        async move {
            let made = line.call(Call::post(TRANSACTIONS, &json!({}))).await?;
            let made: Value = serde_json::from_slice(&made)?;
            let path = format!("{TRANSACTIONS}/{}", made["$id"].as_str().context("an id")?);
            let operations: Vec<Value> = (number * 10..number * 10 + 10)
                .map(|number| {
                    let data = json!({ "text": text(number), "grp": number / GROUP, "author": id(0) });
                    json!({ "action": "create", "databaseId": "main", "tableId": "notes", "rowId": id(number), "data": data })
                })
                .collect();
            let operations = json!({ "operations": operations });
            line.call(Call::post(&format!("{path}/operations"), &operations)).await?;
            let commit = Call { method: Method::PATCH, ..Call::post(&path, &json!({ "commit": true })) };
            line.call(commit).await.map(drop)
        }
        .boxed()
    }

    fn search(&self, word: u64) -> Call {
        let search = json!({ "method": "search", "attribute": "text", "values": [word.to_string()] });
        query(NOTES, &[search, json!({ "method": "limit", "values": [25] })])
    }

    fn get(&self, number: u64) -> Call {
        Call::get(format!("{NOTES}/{}", id(number)))
    }

    fn list(&self, group: u64) -> Call {
        let group = json!({ "method": "equal", "attribute": "grp", "values": [group] });
        query(NOTES, &[group, json!({ "method": "limit", "values": [25] })])
    }

    fn with_author(&self, number: u64) -> Call {
        let select = json!({ "method": "select", "values": ["*", "author.*"] });
        query(&format!("{NOTES}/{}", id(number)), &[select])
    }
}
