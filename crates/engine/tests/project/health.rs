//! Whoever watches the server is told how it is.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{harness::Running, key, of};

#[tokio::test]
async fn what_works_says_so_to_who_may_ask() {
    let engine = Running::start().await;
    let admin = engine.admin();
    let new = json!({ "name": "Watch", "scopes": ["health.read"] });
    let (watch, _) = key(&engine, &admin, &new).await;
    for (path, name) in
        [("", "http"), ("/db", "engine"), ("/storage", "storage"), ("/storage/local", "storage")]
    {
        let path = format!("/health{path}");
        let status = watch.get(&path).await;
        assert_eq!((&status["name"], &status["status"]), (&json!(name), &json!("pass")), "{path}");
        assert!(status["ping"].is_u64());
        let denied = engine.guest().refused(Method::GET, &path, &Value::Null).await;
        assert_eq!(denied, of(401, "general_unauthorized_scope"));
    }
    assert_eq!(watch.get("/health/db").await["statuses"][0]["status"], "pass");
    assert_eq!(watch.get("/health/anti-virus").await, json!({ "version": "", "status": "disabled" }));
    assert!(engine.guest().get("/health/version").await["version"].is_string(), "that one is for everybody");
    for unknown in ["cache", "pubsub", "time", "certificate", "queue/builds", "queue/stats-usage"] {
        let refused = watch.refused(Method::GET, &format!("/health/{unknown}"), &Value::Null).await;
        assert_eq!(refused, of(404, "general_route_not_found"), "{unknown}");
    }
    let folder = engine.folder.as_ref().expect("folder").path().join("blobs");
    assert_eq!(std::fs::read_dir(folder).expect("read").count(), 0, "nothing is left of asking");
}

#[tokio::test]
async fn what_cannot_be_written_is_told() {
    let engine = Running::start().await;
    let blobs = engine.folder.as_ref().expect("folder").path().join("blobs");
    let _ = std::fs::remove_dir_all(&blobs);
    std::fs::write(&blobs, "in the way").expect("written");
    for path in ["/health/storage", "/health/storage/local"] {
        let refused = engine.admin().refused(Method::GET, path, &Value::Null).await;
        assert_eq!(refused, of(503, "general_server_error"));
    }
}

#[tokio::test]
async fn queues_tell_how_much_waits() {
    let engine = Running::with(|config| config.inside.push("127.0.0.1:9".into())).await;
    let admin = engine.admin();
    // Nobody listens there: what is to be told waits.
    let hook = json!({ "webhookId": "hook", "name": "Hook", "url": "http://127.0.0.1:9/", "events": ["users.*.create"] });
    admin.ok(Method::POST, "/webhooks", &hook).await;
    for queue in ["mails", "messaging", "webhooks"] {
        assert_eq!(admin.get(&format!("/health/queue/{queue}")).await, json!({ "size": 0 }), "{queue}");
    }
    engine.user("ada").await;
    assert_eq!(admin.get("/health/queue/webhooks").await, json!({ "size": 1 }));
    let long = admin.refused(Method::GET, "/health/queue/webhooks?threshold=1", &Value::Null).await;
    assert_eq!(long, of(503, "health_queue_size_exceeded"));
    crate::harness::until("the call that fails", async || {
        admin.get("/health/queue/failed/v1-webhooks").await["size"] == 1
    })
    .await;
    for bad in ["queue/mails?threshold=x", "queue/mails?threshold=-1", "queue/failed/v1-builds"] {
        let refused = admin.refused(Method::GET, &format!("/health/{bad}"), &Value::Null).await;
        assert_eq!(refused, of(400, "general_argument_invalid"), "{bad}");
    }
}
