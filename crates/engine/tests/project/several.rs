//! Several projects in one server: each with its own people, data and keys, and nothing leads from one to another.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    harness::{Client, HTTP, PASSWORD, Running, files, socket::Socket},
    of,
};

/// A user `ada` with a session, made by an administrator.
async fn ada(guest: &Client, admin: &Client) -> Client {
    let new = json!({ "userId": "ada", "email": "ada@example.org", "password": PASSWORD, "name": "Ada" });
    admin.ok(Method::POST, "/users", &new).await;
    let session = admin.ok(Method::POST, "/users/ada/sessions", &Value::Null).await;
    guest.clone().with("x-appwrite-session", session["secret"].as_str().expect("a secret"))
}

async fn bucket_with_file(admin: &Client, owner: &Client) {
    let bucket = json!({ "bucketId": "files", "name": "Files", "permissions": ["create(\"users\")"], "fileSecurity": true });
    admin.ok(Method::POST, "/storage/buckets", &bucket).await;
    assert_eq!(
        files::send(owner, "letter", "letter.txt", owner.project.as_bytes(), None).await.status(),
        201
    );
}

#[tokio::test]
async fn what_one_project_gives_out_opens_nothing_at_another() {
    let engine = Running::start().await;
    let (first, first_admin) = (engine.guest(), engine.admin());
    let (second, second_admin) = engine.project("second").await;
    let (third, third_admin) = engine.project("third").await;
    // The same ids everywhere, so that nothing but the project tells them apart.
    let projects = [(first, first_admin), (second, second_admin), (third, third_admin)];
    let mut people = Vec::new();
    for (guest, admin) in &projects {
        let ada = ada(guest, admin).await;
        bucket_with_file(admin, &ada).await;
        people.push(ada);
    }
    for ((guest, admin), ada) in projects.iter().zip(&people) {
        assert_eq!(admin.get("/project").await["$id"], guest.project.as_str());
        assert_eq!(ada.get("/account").await["$id"], "ada");
        let own = files::download(ada, "letter", None).await;
        assert_eq!(own.text().await.expect("text"), guest.project);
        let jwt = ada.ok(Method::POST, "/account/jwts", &Value::Null).await;
        let jwt = guest.clone().with("x-appwrite-jwt", jwt["jwt"].as_str().expect("a JWT"));
        assert_eq!(jwt.get("/account").await["$id"], "ada");
        let token = admin.ok(Method::POST, "/tokens/buckets/files/files/letter", &json!({})).await;
        let view =
            format!("{}/view?token={}", files_of("letter"), token["secret"].as_str().expect("a secret"));
        assert_eq!(guest.call(Method::GET, &view, &Value::Null).await.status(), 200);

        for (elsewhere, _) in projects.iter().filter(|(other, _)| other.project != guest.project) {
            let there = elsewhere.project.as_str();
            for (what, client) in [("session", ada), ("JWT", &jwt)] {
                let (status, _) = client.at(there).refused(Method::GET, "/account", &Value::Null).await;
                assert_eq!(status, 401, "the {what} of {} at {there}", guest.project);
                let file = files::download(&client.at(there), "letter", None).await;
                assert!(!file.status().is_success(), "the {what} of {} at {there}", guest.project);
            }
            let denied = of(401, "general_unauthorized_scope");
            assert_eq!(admin.at(there).refused(Method::GET, "/users", &Value::Null).await, denied);
            let file = guest.at(there).call(Method::GET, &view, &Value::Null).await;
            assert!(!file.status().is_success(), "the token of {} at {there}", guest.project);
        }
    }
    let unknown = projects[0].1.at("fourth");
    let not_found = of(404, "project_not_found");
    for id in ["fourth", "../engine", "..", ".second", "SECOND", "second/", "console", "%2e%2e"] {
        let refused = unknown.at(id).refused(Method::GET, "/users", &Value::Null).await;
        assert_eq!(refused, not_found, "{id}");
    }
    assert!(!engine.folder.as_ref().expect("folder").path().join("projects/fourth").exists());
}

fn files_of(id: &str) -> String {
    format!("{}/{id}", files::FILES)
}

#[tokio::test]
async fn sockets_hear_of_their_own_project_only() {
    let engine = Running::start().await;
    let (second, admin) = engine.project("second").await;
    let (here, there) = (engine.user("ada").await, ada(&second, &admin).await);
    let (mut here_socket, _) = Socket::open(&engine, "", &here).await;
    let (mut there_socket, connected) = Socket::open(&engine, "", &there).await;
    assert_eq!(connected["data"]["user"]["$id"], "ada");
    // A session is one of its project only, in the address and over the socket.
    let (_, connected) = Socket::open(&engine, "", &here.at("second")).await;
    assert!(connected["data"]["user"].is_null(), "{connected}");

    here_socket.subscribe("own", &["account"], &[]).await;
    there_socket.subscribe("own", &["account"], &[]).await;
    there.ok(Method::PATCH, "/account/name", &json!({ "name": "Ada there" })).await;
    here.ok(Method::PATCH, "/account/name", &json!({ "name": "Ada here" })).await;
    let (one, other) = (here_socket.next().await, there_socket.next().await);
    assert_eq!((&one["type"], &one["data"]["payload"]["name"]), (&json!("event"), &json!("Ada here")));
    assert_eq!(other["data"]["payload"]["name"], "Ada there");
}

#[tokio::test]
async fn a_project_is_named_in_the_address_too_and_comes_back_after_a_restart() {
    let engine = Running::start().await;
    let (_, admin) = engine.project("second").await;
    admin.ok(Method::POST, "/teams", &json!({ "teamId": "t", "name": "There" })).await;
    let ask = async |engine: &Running, path: &str, key: Option<&str>| {
        let request = HTTP.get(format!("{}{path}", engine.base));
        let request =
            key.map_or(request.try_clone().expect("a request"), |key| request.header("x-appwrite-key", key));
        request.send().await.expect("answered")
    };
    let key = admin.headers()[0].1.clone();
    assert_eq!(ask(&engine, "/teams/t?project=second", Some(&key)).await.status(), 200);
    assert_eq!(
        ask(&engine, "/teams/t", Some(&key)).await.status(),
        401,
        "the first one does not know the key"
    );
    let keys = ask(&engine, "/projects/second/dev-keys", Some(&key)).await;
    assert_eq!(keys.status(), 200);
    let discovery = ask(&engine, "/oauth2/second/.well-known/openid-configuration", None).await;
    let unknown = ask(&engine, "/oauth2/third/.well-known/openid-configuration", None).await;
    assert_ne!(discovery.status(), unknown.status());

    let engine = engine.restart().await;
    assert_eq!(ask(&engine, "/teams/t?project=second", Some(&key)).await.status(), 200);
    let folder = engine.folder.as_ref().expect("folder").path().join("projects");
    let listed = telestack_engine::projects_in(&folder).expect("read");
    assert_eq!(listed.iter().map(|project| project.id.as_str()).collect::<Vec<_>>(), ["second"]);
    assert_eq!(listed[0].name(), "second");
}

#[tokio::test]
async fn a_project_whose_database_is_damaged_takes_nobody_with_it() {
    let engine = Running::start().await;
    let (_, admin) = engine.project("second").await;
    let folder = engine.folder.as_ref().expect("folder").path().join("projects/second");
    std::fs::write(folder.join("engine.sqlite"), vec![b'x'; 8192]).expect("overwritten");
    let refused = admin.refused(Method::GET, "/users", &Value::Null).await;
    assert_eq!(refused, of(503, "general_server_error"));
    engine.admin().get("/users").await;
}

#[tokio::test]
async fn what_waits_in_a_project_opens_it_after_a_restart() {
    let engine = Running::with(|config| config.inside.push("127.0.0.1:9".into())).await;
    engine.project("quiet").await;
    let (_, busy) = engine.project("busy").await;
    let hook =
        json!({ "webhookId": "h", "name": "H", "url": "http://127.0.0.1:9/", "events": ["users.*.create"] });
    busy.ok(Method::POST, "/webhooks", &hook).await;
    let new = json!({ "userId": "ada", "email": "ada@example.org", "password": PASSWORD, "name": "Ada" });
    busy.ok(Method::POST, "/users", &new).await;
    let engine = engine.restart().await;
    let folder = engine.folder.as_ref().expect("folder").path().join("projects");
    let is_open = |id: &str| {
        matches!(telestack_engine::care::hold(&folder.join(id)), Err(telestack_engine::StoreError::InUse))
    };
    assert!(!is_open("busy") && !is_open("quiet"));
    engine.wake().await;
    assert!(is_open("busy") && !is_open("quiet"), "only where something waits");
}
