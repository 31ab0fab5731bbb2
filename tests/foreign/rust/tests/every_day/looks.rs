//! Pictures of people and things, and what the world is called.

use appwrite::services::{Avatars, Locale};
use telestack_foreign_rust::{admin, guest};

#[tokio::test]
async fn pictures_are_png() {
    let client = admin();
    let avatars = Avatars::new(&client);
    let png = |bytes: Vec<u8>| bytes.starts_with(b"\x89PNG");
    assert!(png(avatars.get_initials(Some("Rusty Crab"), None, None, None).await.expect("drawn")));
    assert!(png(avatars.get_qr("https://example.org", Some(200), None, None).await.expect("drawn")));
}

#[tokio::test]
async fn the_world_is_listed() {
    let client = guest();
    let locale = Locale::new(&client);
    assert!(!locale.get().await.expect("where we are").ip.is_empty());
    assert_eq!(locale.list_countries_eu(None).await.expect("listed").total, 27);
    assert!(
        locale.list_currencies(None).await.expect("listed").currencies.iter().any(|one| one.code == "EUR")
    );
    assert!(locale.list_codes(None).await.expect("listed").locale_codes.iter().any(|one| one.code == "de"));
    assert_eq!(locale.list_continents(None).await.expect("listed").total, 7);
    assert!(locale.list_languages(None).await.expect("listed").languages.iter().any(|one| one.code == "de"));
    assert!(
        locale.list_countries_phones(None).await.expect("listed").phones.iter().any(|one| one.code == "+49")
    );
}
