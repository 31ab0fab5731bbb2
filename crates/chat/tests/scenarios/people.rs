//! Profiles, presence, and a device that is signed out from elsewhere.

use telestack_chat::{Presence, view::ChatConnection};
use telestack_testkit::wait_for;

use crate::world::{PATIENCE, direct_room, newcomer, stack};

#[tokio::test(flavor = "multi_thread")]
async fn people_have_faces_and_presence_and_devices_end() {
    let stack = stack().await;
    let nia = newcomer(&stack, "nia").await;
    let oto = newcomer(&stack, "oto").await;
    let room = direct_room(&nia, &oto).await;

    let mut png = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_pixel(64, 64, image::Rgb([0, 212, 170]));
    picture.write_to(&mut png, image::ImageFormat::Png).expect("a picture");
    nia.chat
        .set_profile("Nia Navarro", Some(("image/png".into(), png.into_inner())))
        .await
        .expect("a profile");
    let mxc = oto
        .room("Nia's name and face", |found| {
            (found.id == room && found.name == "Nia Navarro").then(|| found.avatar.clone()).flatten()
        })
        .await;
    let face = oto.chat.avatar(&mxc).await.expect("a face");
    assert!(face.mime.starts_with("image/"), "{}", face.mime);
    assert!(image::load_from_memory(&face.bytes).is_ok());

    // Nobody answers for a stranger; what was heard is kept for a while.
    let stranger = "@nobody:localhost".to_owned();
    let asked = [nia.id.clone(), stranger.clone()];
    let presence = wait_for("Nia online", PATIENCE, || async {
        let presence = oto.chat.presence(&asked).await;
        (presence[&nia.id] == Presence::Online).then_some(presence)
    })
    .await
    .expect("presence");
    assert!(matches!(presence[&stranger], Presence::Unknown | Presence::Offline), "{presence:?}");
    oto.wire.cut();
    assert_eq!(oto.chat.presence(std::slice::from_ref(&nia.id)).await[&nia.id], Presence::Online);
    oto.wire.mend();

    let logout = format!("{}/_matrix/client/v3/logout", stack.info().matrix.homeserver);
    let ended =
        reqwest::Client::new().post(logout).bearer_auth(&nia.session.access_token).body("{}").send().await;
    assert!(ended.expect("an answer").status().is_success());
    let mut connection = nia.chat.connection();
    let signed_out = connection.wait_for(|state| *state == ChatConnection::SignedOut);
    tokio::time::timeout(PATIENCE, signed_out).await.expect("signed out").expect("a running chat");

    // Signing out ends with nothing left to do at the server, and within its time also without one.
    oto.wire.cut();
    oto.chat.sign_out().await;
    assert_eq!(*oto.chat.connection().borrow(), ChatConnection::SignedOut);
}
