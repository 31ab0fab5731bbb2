//! Messages to many, and the calls that tell other servers.

use appwrite::{
    id::ID,
    services::{Messaging, Users, Webhooks},
};
use telestack_foreign_rust::{admin, kind};

#[tokio::test]
async fn a_draft_waits_for_the_subscribers_of_a_topic() {
    let client = admin();
    let (messaging, users) = (Messaging::new(&client), Users::new(&client));
    let [provider, topic, user, subscriber, message] = std::array::from_fn(|_| ID::unique());
    let made = messaging
        .create_sendgrid_provider(
            &provider,
            "Letters",
            Some("key"),
            Some("Crabs"),
            Some("c@example.org"),
            None,
            None,
            Some(false),
        )
        .await
        .expect("a provider");
    assert_eq!((made.r#type.as_str(), made.enabled), ("email", false));
    assert!(!made.credentials.to_string().contains("\"key\""), "it is never answered");
    let made = messaging.create_topic(&topic, "News", None, None, None, None).await.expect("a topic");
    assert_eq!((made.name.as_str(), made.email_total), ("News", 0));
    let email = format!("{user}@example.org");
    let person = users.create(&user, Some(&email), None, None, Some("Rusty")).await.expect("made");
    let target = &person.targets[0];
    let subscribed = messaging.create_subscriber(&topic, &subscriber, &target.id).await.expect("subscribed");
    assert_eq!(
        (subscribed.user_name.as_str(), subscribed.target.identifier.as_str()),
        ("Rusty", email.as_str())
    );
    assert_eq!(messaging.get_topic(&topic).await.expect("read").email_total, 1);
    let topics = Some(vec![topic.clone()]);
    let draft = messaging
        .create_email(
            &message,
            "Tide",
            "It comes.",
            topics,
            None,
            None,
            None,
            None,
            None,
            Some(true),
            None,
            None,
            None,
            None,
            None,
        )
        .await
        .expect("a draft");
    assert_eq!((draft.status.as_str(), draft.topics.as_slice()), ("draft", [topic.clone()].as_slice()));
    let changed = messaging
        .update_email(
            &message,
            None,
            None,
            None,
            Some("Ebb"),
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
        )
        .await
        .expect("changed");
    assert_eq!(changed.data["subject"], "Ebb");
    assert_eq!(
        messaging.list_messages(None, Some("Ebb"), None).await.expect("listed").messages[0].id,
        message
    );
    messaging.delete(&message).await.expect("deleted");
    assert_eq!(kind(messaging.get_message(&message).await), "message_not_found");
    messaging.delete_subscriber(&topic, &subscriber).await.expect("gone");
    messaging.delete_topic(&topic).await.expect("gone");
    messaging.delete_provider(&provider).await.expect("gone");
    users.delete(&user).await.expect("deleted");
}

#[tokio::test]
async fn a_webhook_is_declared_changed_and_ended() {
    let client = admin();
    let webhooks = Webhooks::new(&client);
    let (id, url) = (ID::unique(), "https://hooks.example.org/a");
    let made = webhooks
        .create(&id, url, "Hook", ["users.*.create"], None, Some(true), None, None, None, None)
        .await
        .expect("made");
    assert_eq!((made.url.as_str(), made.enabled, made.tls), (url, true, true));
    assert!(!made.secret.is_empty(), "it is shown once");
    let changed = webhooks
        .update(&id, "Hook 2", url, ["teams.*"], Some(false), None, None, None, None)
        .await
        .expect("changed");
    assert_eq!((changed.name.as_str(), changed.enabled), ("Hook 2", false));
    let renewed = webhooks.update_secret(&id, None).await.expect("renewed").secret;
    assert!(!renewed.is_empty() && renewed != made.secret);
    assert!(webhooks.list(None, None).await.expect("listed").webhooks.iter().any(|one| one.id == id));
    let inside = webhooks.create(
        ID::unique(),
        "http://10.0.0.1/",
        "In",
        ["users.*"],
        None,
        None,
        None,
        None,
        None,
        None,
    );
    assert!(inside.await.is_err());
    webhooks.delete(&id).await.expect("ended");
    assert_eq!(kind(webhooks.get(&id).await), "webhook_not_found");
}
