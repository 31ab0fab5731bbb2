//! AVIF: previews of it and in it; and files that are made to end whoever reads them.

mod harness;

use avif_serialize::Aviffy;
use harness::{
    Client, Running,
    files::{FILES, bucket, json_of, picture, send},
};
use image::DynamicImage;
use reqwest::{Method, Response};
use serde_json::{Value, json};

/// Of another encoder: 60 by 40, red on the left and blue on the right, the lower half see-through.
const HALVES: &[u8] = include_bytes!("../../avif/pictures/halves.avif");

async fn preview(client: &Client, file: &str, query: &str) -> Response {
    let path = format!("{FILES}/{file}/preview?{query}");
    client.request(Method::GET, &path).send().await.expect("answered")
}

/// The bytes of a preview that is given, and its kind.
async fn given(client: &Client, file: &str, query: &str) -> (String, Vec<u8>) {
    let answer = preview(client, file, query).await;
    assert_eq!(answer.status(), 200, "{file} {query}");
    let kind = answer.headers()["content-type"].to_str().expect("text").to_owned();
    (kind, answer.bytes().await.expect("bytes").to_vec())
}

async fn opened(client: &Client, file: &str, query: &str) -> DynamicImage {
    image::load_from_memory(&given(client, file, query).await.1).expect("a picture")
}

fn near(picture: &DynamicImage, (x, y): (u32, u32), colour: [u8; 4]) -> bool {
    let pixel = image::GenericImageView::get_pixel(picture, x, y);
    pixel.0.iter().zip(colour).all(|(one, other)| one.abs_diff(other) <= 12)
}

/// The status and the type of a refusal.
async fn refused(client: &Client, file: &str, query: &str) -> (u16, String) {
    let answer = preview(client, file, query).await;
    let status = answer.status().as_u16();
    (status, json_of(answer).await["type"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_picture_comes_through_in_both_directions() {
    let engine = Running::start().await;
    bucket(&engine, json!({})).await;
    let ada = engine.user("ada").await;
    let sent: Value = json_of(send(&ada, "halves", "halves.avif", HALVES, None).await).await;
    assert_eq!(sent["mimeType"], "image/avif");
    let (kind, _) = given(&ada, "halves", "width=30").await;
    assert_eq!(kind, "image/webp", "where nobody says otherwise");
    let small = opened(&ada, "halves", "width=30&output=png").await;
    assert_eq!((small.width(), small.height()), (30, 20));
    assert!(near(&small, (5, 2), [255, 0, 0, 255]) && near(&small, (25, 2), [0, 0, 255, 255]), "{small:?}");
    assert_eq!(image::GenericImageView::get_pixel(&small, 5, 17).0[3], 0);
    let flat = opened(&ada, "halves", "output=jpg&background=00ff00&quality=95").await;
    assert!(near(&flat, (5, 35), [0, 255, 0, 255]), "{flat:?}");

    let (kind, written) = given(&ada, "halves", "width=48&height=32&output=avif&quality=90").await;
    assert_eq!((kind.as_str(), &written[4..12]), ("image/avif", &b"ftypavif"[..]));
    let again = given(&ada, "halves", "width=48&height=32&output=avif&quality=90").await;
    assert_eq!(again.1, written, "kept");
    let kept = engine.folder.as_ref().expect("folder").path().join("previews");
    let names: Vec<_> = std::fs::read_dir(
        std::fs::read_dir(kept).expect("folder").next().expect("one").expect("entry").path(),
    )
    .expect("copies")
    .map(|copy| copy.expect("entry").file_name().into_string().expect("a name"))
    .collect();
    assert_eq!(names.iter().filter(|name| name.ends_with(".avif")).count(), 1, "{names:?}");
    send(&ada, "copy", "copy.avif", &written, None).await;
    let copy = opened(&ada, "copy", "output=png").await;
    assert_eq!((copy.width(), copy.height()), (48, 32));
    assert!(near(&copy, (10, 5), [255, 0, 0, 255]) && near(&copy, (40, 5), [0, 0, 255, 255]), "{copy:?}");
    assert!(image::GenericImageView::get_pixel(&copy, 10, 28).0[3] < 6);
}

#[tokio::test]
async fn hostile_files_end_their_reader_and_nothing_else() {
    let engine = Running::start().await;
    bucket(&engine, json!({})).await;
    let ada = engine.user("ada").await;
    let at = HALVES.windows(4).position(|four| four == b"ispe").expect("a size") + 8;
    let mut bomb = HALVES.to_vec();
    bomb[at..at + 8].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
    // Eight bytes that the decoder's own process does not survive (memorysafety/rav1d, issue 1476).
    let fatal = Aviffy::new().to_vec(&[47, 47, 5, 4, 128, 0, 0, 0], None, 16, 16, 8);
    let nothing = Aviffy::new().to_vec(&[0; 4000], None, 4000, 4000, 8);
    let unsupported = "storage_file_type_unsupported";
    for (name, bytes, kind) in [
        ("cut", &HALVES[..HALVES.len() - 60], unsupported),
        ("head", &HALVES[..40], unsupported),
        ("bomb", &bomb, "storage_invalid_file_size"),
        ("fatal", &fatal, unsupported),
        ("nothing", &nothing, unsupported),
    ] {
        send(&ada, name, "picture.avif", bytes, None).await;
        assert_eq!(refused(&ada, name, "width=20").await, (400, kind.to_owned()), "{name}");
    }
    send(&ada, "halves", "halves.avif", HALVES, None).await;
    assert_eq!(opened(&ada, "halves", "width=20&output=png").await.width(), 20);
}

#[tokio::test]
async fn what_cannot_be_written_is_said() {
    let engine = Running::start().await;
    bucket(&engine, json!({})).await;
    let ada = engine.user("ada").await;
    send(&ada, "pic", "pic.png", &picture(105, 100), None).await;
    let argument = (400, "general_argument_invalid".to_owned());
    assert_eq!(refused(&ada, "pic", "width=2100&output=avif").await, argument);
    assert_eq!(refused(&ada, "pic", "output=heic").await, argument);
    assert_eq!(given(&ada, "pic", "width=60&output=avif").await.0, "image/avif");
}

#[tokio::test]
async fn without_a_reader_there_is_no_preview() {
    let engine = Running::with(|config| config.avif_reader = None).await;
    bucket(&engine, json!({})).await;
    let ada = engine.user("ada").await;
    send(&ada, "halves", "halves.avif", HALVES, None).await;
    assert_eq!(refused(&ada, "halves", "").await, (400, "storage_file_type_unsupported".to_owned()));
    let engine = engine.restart_with(|config| config.avif_reader = Some("/nowhere/reader".into())).await;
    let ada = engine.sign_in("ada@example.org").await;
    assert_eq!(refused(&ada, "halves", "").await.0, 503);
}
