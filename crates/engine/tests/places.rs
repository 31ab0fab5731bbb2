//! Where callers are, as a database of addresses says it that somebody supplies and replaces.

mod harness;

use std::{fs, time::Duration};

use harness::{
    Client, PASSWORD, Running,
    places::{Data, database},
    until_within,
};
use reqwest::Method;
use serde_json::{Value, json};

fn of_country(code: &str) -> Data<'_> {
    Data::Map(vec![("country", Data::Map(vec![("iso_code", Data::Text(code))]))])
}

/// How long a new file may take to be taken up.
const PATIENCE: Duration = Duration::from_secs(20);

fn at(client: Client, address: &str) -> Client {
    client.with("x-forwarded-for", address)
}

#[tokio::test]
async fn callers_are_where_the_database_says_and_a_new_one_is_taken_up() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("places.mmdb");
    let berlin = Data::Map(vec![
        ("country", Data::Map(vec![("iso_code", Data::Text("DE"))])),
        ("city", Data::Map(vec![("names", Data::Map(vec![("en", Data::Text("Berlin"))]))])),
        (
            "location",
            Data::Map(vec![
                ("latitude", Data::Decimal(52.5)),
                ("longitude", Data::Decimal(13.4)),
                ("time_zone", Data::Text("Europe/Berlin")),
            ]),
        ),
        ("autonomous_system_number", Data::Number(64500)),
    ]);
    fs::write(&file, database(&[([192, 0, 2, 0], 24, berlin), ([198, 51, 100, 7], 32, of_country("JP"))]))
        .expect("written");
    let path = file.clone();
    let engine = Running::with(move |config| {
        config.places = Some(path);
        config.behind_proxy = true;
    })
    .await;
    let german = at(engine.guest(), "192.0.2.77").with("x-appwrite-locale", "de");
    let here = german.get("/locale").await;
    let told = |value: &Value, keys: &[&str]| keys.iter().map(|key| value[*key].clone()).collect::<Vec<_>>();
    assert_eq!(
        told(&here, &["ip", "countryCode", "country", "continentCode", "continent", "eu", "currency"]),
        ["192.0.2.77", "DE", "Deutschland", "EU", "Europa"]
            .map(|text| json!(text))
            .into_iter()
            .chain([json!(true), json!("EUR")])
            .collect::<Vec<_>>()
    );
    assert_eq!(
        told(&here, &["city", "timeZone", "latitude", "longitude", "autonomousSystemNumber"]),
        [json!("Berlin"), json!("Europe/Berlin"), json!(52.5), json!(13.4), json!("64500")]
    );
    let japan = at(engine.guest(), "::ffff:198.51.100.7").get("/locale").await;
    assert_eq!(told(&japan, &["countryCode", "eu", "currency"]), [json!("JP"), json!(false), json!("JPY")]);
    let nowhere = at(engine.guest(), "203.0.113.1").get("/locale").await;
    assert_eq!(told(&nowhere, &["countryCode", "country"]), [json!("--"), json!("Unknown")]);

    // Where somebody signed in and did something is kept with it.
    engine.user("ada").await;
    let body = json!({ "email": "ada@example.org", "password": PASSWORD });
    let signed = at(engine.guest(), "192.0.2.1").call(Method::POST, "/account/sessions/email", &body).await;
    let session: Value = signed.json().await.expect("JSON");
    assert_eq!(told(&session, &["countryCode", "countryName"]), [json!("de"), json!("Germany")]);
    let logs = engine.admin().get("/users/ada/logs").await;
    let places: Vec<&Value> =
        logs["logs"].as_array().expect("logs").iter().map(|log| &log["countryCode"]).collect();
    assert_eq!(*places[0], "de");
    let entry = engine.admin().get("/activities/events").await["events"][0].clone();
    assert_eq!(told(&entry, &["event", "country"]), [json!("account.sessions.email.create"), json!("de")]);

    // Replaced by one that is damaged, and then by another.
    fs::write(&file, "nothing").expect("written");
    until_within(PATIENCE, "the former one still answers", async || {
        german.get("/locale").await["countryCode"] == "DE"
    })
    .await;
    fs::write(&file, database(&[([192, 0, 2, 0], 24, of_country("CH"))])).expect("written");
    until_within(PATIENCE, "the new one is used", async || {
        german.get("/locale").await["countryCode"] == "CH"
    })
    .await;
    let sessions = engine.admin().get("/users/ada/sessions").await;
    let kept = sessions["sessions"].as_array().expect("sessions").iter();
    assert!(kept.clone().any(|session| session["countryCode"] == "de"), "as it was then");
}
