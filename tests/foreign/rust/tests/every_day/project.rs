//! What an administrator decides while the server runs, and what was done.

use appwrite::{
    enums::{ProjectEmailTemplateId, ProjectEmailTemplateLocale, ProjectKeyScopes, ProjectPolicyId},
    id::ID,
    services::{Activities, Project, Users},
};
use telestack_foreign_rust::{admin, guest, kind};

#[tokio::test]
async fn keys_platforms_variables_and_policies_are_kept() {
    let client = admin();
    let project = Project::new(&client);
    assert_eq!(project.get().await.expect("read").id, "telestack");
    let [platform, variable] = std::array::from_fn(|_| ID::unique());
    let made = project.create_ephemeral_key(vec![ProjectKeyScopes::UsersRead], 600).await.expect("a key");
    let reader = guest().set_key(&made.secret);
    Users::new(&reader).list(None, None, None).await.expect("listed");
    let written = Users::new(&reader).create(ID::unique(), None, None, None, None).await;
    assert_eq!(kind(written), "general_unauthorized_scope");
    let keys = project.list_keys(None, None).await.expect("listed").keys;
    assert!(keys.iter().all(|key| key.id != made.id), "one for minutes is not listed");

    let web = project.create_web_platform(&platform, "Pages", "rust.example.org").await.expect("declared");
    assert_eq!(web.hostname, "rust.example.org");
    project.delete_platform(&platform).await.expect("gone");
    let name = format!("NAME_{}", variable.to_uppercase());
    let kept = project.create_variable(&variable, &name, "hidden", Some(true), None).await.expect("kept");
    assert_eq!((kept.key.as_str(), kept.value.as_str()), (name.as_str(), ""));
    project.delete_variable(&variable).await.expect("gone");
    let policies = project.list_policies(None, None).await.expect("listed").policies;
    assert!(policies.iter().any(|policy| policy["$id"] == "session-duration"), "{policies:?}");
    let one = project.get_policy(ProjectPolicyId::SessionDuration).await.expect("read");
    assert!(one["duration"].as_i64() > Some(0), "{one}");
    // In a language that no other client here writes in.
    let (recovery, dutch) = (ProjectEmailTemplateId::Recovery, ProjectEmailTemplateLocale::Nl);
    let words = Some("Hier: {{redirect}}");
    project
        .update_email_template(recovery, Some(dutch), Some("Dag"), words, None, None, None, None)
        .await
        .expect("changed");
    let templates = project.list_email_templates(None, None).await.expect("listed").templates;
    assert!(templates.iter().any(|template| template.locale == "nl" && template.subject == "Dag"));
}

#[tokio::test]
async fn what_was_changed_is_noted() {
    let client = admin();
    let users = Users::new(&client);
    let id = ID::unique();
    users.create(&id, None, None, None, None).await.expect("made");
    users.delete(&id).await.expect("deleted");
    let activities = Activities::new(&client);
    let noted = activities.list_events(None, None).await.expect("listed").events;
    let deed =
        noted.iter().find(|deed| deed.resource_id == id && deed.event == "users.delete").expect("noted");
    assert_eq!((deed.actor_type.as_str(), deed.sdk.as_str()), ("key", "Rust"));
    assert_eq!(activities.get_event(&deed.id).await.expect("read").resource_id, id);
}
