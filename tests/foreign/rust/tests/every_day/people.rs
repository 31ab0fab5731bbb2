//! People and teams, by a program with a key.

use appwrite::{
    id::ID,
    query::Query,
    services::{Presences, Teams, Users},
};
use serde_json::json;
use telestack_foreign_rust::{admin, guest, kind};

#[tokio::test]
async fn people_are_made_found_and_deleted() {
    let client = admin();
    let users = Users::new(&client);
    let id = ID::unique();
    let email = format!("{id}@example.org");
    let user = users
        .create(&id, Some(&email), None, Some("correct horse battery"), Some("Rusty"))
        .await
        .expect("made");
    assert_eq!(
        (user.id.as_str(), user.name.as_str(), user.email.as_str()),
        (id.as_str(), "Rusty", email.as_str())
    );
    assert_eq!(kind(users.create(&id, Some(&email), None, None, None).await), "user_already_exists");
    let found = users
        .list(Some(vec![Query::equal("email", email.as_str()).to_string()]), None, None)
        .await
        .expect("listed");
    assert_eq!(found.users.len(), 1);
    users.delete(&id).await.expect("deleted");
    assert_eq!(kind(users.get(&id).await), "user_not_found");
    assert_eq!(kind(Users::new(&guest()).list(None, None, None).await), "general_unauthorized_scope");
}

#[tokio::test]
async fn a_team_has_members_with_roles_and_preferences() {
    let client = admin();
    let (users, teams) = (Users::new(&client), Teams::new(&client));
    let (team, user) = (ID::unique(), ID::unique());
    users.create(&user, None, None, None, Some("Rusty")).await.expect("made");
    assert_eq!(teams.create(&team, "Crabs", None).await.expect("made").name, "Crabs");
    let member = teams
        .create_membership(&team, ["sailor"], None, Some(&user), None, None, None, None)
        .await
        .expect("a member");
    assert_eq!((member.user_name.as_str(), member.confirm), ("Rusty", true));
    let twice = teams.create_membership(&team, ["sailor"], None, Some(&user), None, None, None, None).await;
    assert_eq!(kind(twice), "team_invite_already_exists");
    let changed = teams.update_membership(&team, &member.id, ["cook", "owner"]).await.expect("changed");
    assert_eq!(changed.roles, ["cook", "owner"]);
    let all = teams.list_memberships(&team, None, Some("Rusty"), None).await.expect("listed");
    assert_eq!((all.total, all.memberships[0].id.as_str()), (1, member.id.as_str()));
    let theirs = users.list_memberships(&user, None, None, None).await.expect("listed");
    assert_eq!(theirs.memberships[0].team_name, "Crabs");
    teams.update_prefs(&team, json!({ "colour": "orange" })).await.expect("kept");
    assert_eq!(teams.get_prefs(&team).await.expect("read").data["colour"], "orange");
    assert_eq!(teams.update_name(&team, "Lobsters").await.expect("renamed").name, "Lobsters");
    teams.delete_membership(&team, &member.id).await.expect("out");
    assert_eq!(teams.get(&team).await.expect("found").total, 0);
    teams.delete(&team).await.expect("deleted");
    assert_eq!(kind(teams.get(&team).await), "team_not_found");
    users.delete(&user).await.expect("deleted");
}

#[tokio::test]
async fn somebody_is_shown_as_present() {
    let client = admin();
    let (users, presences) = (Users::new(&client), Presences::new(&client));
    let (user, id) = (ID::unique(), ID::unique());
    users.create(&user, None, None, None, None).await.expect("made");
    let metadata = json!({ "room": "harbour" });
    let made =
        presences.upsert(&id, &user, "online", None, None, Some(metadata.clone())).await.expect("present");
    assert_eq!((made.user_id.as_str(), made.status.as_deref()), (user.as_str(), Some("online")));
    let away = presences.update(&id, &user, Some("away"), None, None, None, None).await.expect("changed");
    assert_eq!((away.status.as_deref(), away.metadata), (Some("away"), Some(metadata)));
    let query = Query::equal("userId", user.as_str()).to_string();
    assert_eq!(presences.list(Some(vec![query]), None, None).await.expect("listed").total, 1);
    presences.delete(&id).await.expect("gone");
    assert_eq!(kind(presences.get(&id).await), "presence_not_found");
    users.delete(&user).await.expect("deleted");
}
