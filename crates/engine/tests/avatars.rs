//! Pictures of people, countries and codes; pictures of other sites, of which nothing comes through but pixels.

mod harness;

use std::io::Cursor;

use axum::{
    Router,
    http::header,
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};
use harness::{Client, Running};
use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use reqwest::Method;
use serde_json::{Value, json};

async fn picture(client: &Client, path: &str, query: &[(&str, &str)]) -> RgbaImage {
    let answer = client.request(Method::GET, path).query(query).send().await.expect("answered");
    let status = answer.status();
    let of = |name: &str| answer.headers()[name].to_str().expect("text").to_owned();
    assert_eq!((status.as_u16(), of("content-type").as_str()), (200, "image/png"), "{path}");
    assert!(of("cache-control").contains("max-age=3888000") && of("x-content-type-options") == "nosniff");
    let bytes = answer.bytes().await.expect("bytes");
    image::load_from_memory_with_format(&bytes, ImageFormat::Png).expect("a PNG").into_rgba8()
}

async fn refused(client: &Client, path: &str, query: &[(&str, &str)]) -> (u16, String) {
    let answer = client.request(Method::GET, path).query(query).send().await.expect("answered");
    let status = answer.status().as_u16();
    let error: Value = answer.json().await.expect("JSON");
    (status, error["type"].as_str().expect("a type").to_owned())
}

fn of(status: u16, kind: &str) -> (u16, String) {
    (status, kind.to_owned())
}

#[tokio::test]
async fn initials_are_the_callers_own_where_no_name_is_given() {
    let engine = Running::start().await;
    let (guest, ada) = (engine.guest(), engine.user("ada").await);
    let named = picture(&guest, "/avatars/initials", &[("name", "ada")]).await;
    assert_eq!(named.dimensions(), (100, 100));
    assert!(picture(&ada, "/avatars/initials", &[]).await == named);
    let nobody = picture(&guest, "/avatars/initials", &[]).await;
    assert!(nobody.pixels().all(|pixel| pixel == nobody.get_pixel(0, 0)), "an empty one");
    let green = [("name", "Ada Lovelace"), ("width", "300"), ("height", "50"), ("background", "00ff00")];
    let green = picture(&guest, "/avatars/initials", &green).await;
    assert_eq!((green.dimensions(), *green.get_pixel(0, 0)), ((300, 50), Rgba([0, 255, 0, 255])));
    for (name, value) in [
        ("width", "2001"),
        ("width", "-1"),
        ("height", "x"),
        ("background", "red"),
        ("name", &"x".repeat(129)),
    ] {
        let refused = refused(&guest, "/avatars/initials", &[(name, value)]).await;
        assert_eq!(refused, of(400, "general_argument_invalid"), "{name} {value}");
    }
    let key = json!({ "keyId": "small", "name": "Small", "scopes": ["rows.read"] });
    let key = engine.admin().ok(Method::POST, "/project/keys", &key).await;
    let small = engine.guest().with("x-appwrite-key", key["secret"].as_str().expect("a secret"));
    assert_eq!(refused_of_key(&small).await, of(401, "general_unauthorized_scope"));
}

async fn refused_of_key(key: &Client) -> (u16, String) {
    refused(key, "/avatars/initials", &[]).await
}

#[tokio::test]
async fn flags_browsers_and_cards_come_in_any_size() {
    let engine = Running::start().await;
    let guest = engine.guest();
    let flag = picture(&guest, "/avatars/flags/FR", &[("width", "90"), ("height", "60")]).await;
    assert_eq!(flag.dimensions(), (90, 60));
    let [blue, white, red] = [10, 45, 80].map(|x| flag.get_pixel(x, 30).0);
    assert!(
        blue[2] > 100 && blue[0] < 80 && white[..3].iter().all(|part| *part > 230) && red[0] > 180,
        "{blue:?} {white:?} {red:?}"
    );
    let whole = picture(&guest, "/avatars/flags/de", &[("width", "0"), ("height", "0")]).await;
    assert_eq!(whole.width() * 3, whole.height() * 4);
    assert_eq!(picture(&guest, "/avatars/browsers/ff", &[]).await.dimensions(), (100, 100));
    let card = picture(&guest, "/avatars/credit-cards/visa", &[("width", "60"), ("height", "0")]).await;
    assert_eq!(card.width(), 60);
    for path in
        ["/avatars/flags/zz", "/avatars/flags/..%2f", "/avatars/browsers/fr", "/avatars/credit-cards/x"]
    {
        assert_eq!(refused(&guest, path, &[]).await, of(404, "avatar_icon_not_found"), "{path}");
    }
}

#[tokio::test]
async fn a_code_is_a_picture_or_a_file() {
    let engine = Running::start().await;
    let guest = engine.guest();
    let code =
        picture(&guest, "/avatars/qr", &[("text", "otpauth://totp/Ada?secret=x"), ("size", "200")]).await;
    assert_eq!(code.dimensions(), (200, 200));
    let dark = code.pixels().filter(|pixel| pixel.0[0] == 0).count();
    assert!((8_000..24_000).contains(&dark), "{dark}");
    let saved =
        guest.request(Method::GET, "/avatars/qr?text=x&download=true").send().await.expect("answered");
    assert!(saved.headers()["content-disposition"].to_str().expect("text").starts_with("attachment"));
    let argument = of(400, "general_argument_invalid");
    assert_eq!(refused(&guest, "/avatars/qr", &[]).await, argument);
    for wrong in [("size", "0"), ("size", "1001"), ("margin", "11"), ("text", &"x".repeat(3000))] {
        assert_eq!(
            refused(&guest, "/avatars/qr", &[("text", "x"), wrong][usize::from(wrong.0 == "text")..]).await,
            argument
        );
    }
}

fn encoded(side: u32, colour: [u8; 4], format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = DynamicImage::from(RgbaImage::from_pixel(side, side, Rgba(colour)));
    picture.write_to(&mut bytes, format).expect("written");
    bytes.into_inner()
}

/// Another site: pages with and without icons, pictures, and what only claims to be one.
async fn site() -> String {
    async fn page(head: &str) -> Response {
        ([(header::CONTENT_TYPE, "text/html")], format!("<html><head>{head}</head></html>")).into_response()
    }
    let red = || async { encoded(40, [255, 0, 0, 255], ImageFormat::Png) };
    let router = Router::new()
        .route("/red.png", get(red))
        .route("/favicon.ico", get(|| async { encoded(32, [0, 0, 255, 255], ImageFormat::Ico) }))
        .route(
            "/named/",
            get(|| page("<link rel=icon href=../drawing.svg><link rel=icon href=\"../red.png\">")),
        )
        .route("/wrong/", get(|| page("<link rel=icon href=/script.png>")))
        .route("/plain/", get(|| page("")))
        .route("/moved", get(|| async { Redirect::temporary("/red.png") }))
        .route("/inside", get(|| async { Redirect::temporary("http://10.0.0.1/red.png") }))
        .route(
            "/script.png",
            get(|| async { ([(header::CONTENT_TYPE, "image/png")], "<script>alert(1)</script>") }),
        )
        .route("/halves.avif", get(|| async { include_bytes!("../../avif/pictures/halves.avif").as_slice() }))
        .route("/cut.avif", get(|| async { &include_bytes!("../../avif/pictures/halves.avif")[..450] }))
        .route("/huge.png", get(|| async { vec![0; 11 * 1024 * 1024] }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let site = listener.local_addr().expect("an address").to_string();
    tokio::spawn(async move { axum::serve(listener, router).await });
    site
}

#[tokio::test]
async fn of_other_sites_only_pixels_come_through() {
    let site = site().await;
    let allowed = site.clone();
    let engine = Running::with(|config| config.inside = vec![allowed]).await;
    let guest = engine.guest();
    let at = |path: &str| format!("http://{site}{path}");
    let red =
        picture(&guest, "/avatars/image", &[("url", &at("/red.png")), ("width", "20"), ("height", "0")])
            .await;
    assert_eq!((red.dimensions(), red.get_pixel(5, 5).0), ((20, 20), [255, 0, 0, 255]));
    assert_eq!(picture(&guest, "/avatars/image", &[("url", &at("/moved"))]).await.dimensions(), (400, 400));
    let halves = [("url", at("/halves.avif")), ("width", "30".into()), ("height", "0".into())];
    let halves =
        picture(&guest, "/avatars/image", &halves.each_ref().map(|(name, value)| (*name, &**value))).await;
    let (red, blue) = (halves.get_pixel(5, 2).0, halves.get_pixel(25, 2).0);
    assert!(red[0] > 240 && red[2] < 15 && blue[0] < 15 && blue[2] > 240, "{red:?} {blue:?}");
    for (path, kind) in [
        ("/script.png", "avatar_image_not_found"),
        ("/cut.avif", "avatar_image_not_found"),
        ("/named/", "avatar_image_not_found"),
        ("/huge.png", "avatar_remote_url_failed"),
        ("/missing", "avatar_remote_url_failed"),
    ] {
        assert_eq!(refused(&guest, "/avatars/image", &[("url", &at(path))]).await, of(404, kind), "{path}");
    }
    for url in
        ["", "red.png", "file:///etc/passwd", "http://127.0.0.1:1/", "http://[::1]/x.png", &at("/inside")]
    {
        let refused = refused(&guest, "/avatars/image", &[("url", url)]).await;
        assert_eq!(refused, of(400, "general_argument_invalid"), "{url}");
    }

    let icon = |path: &'static str| {
        let (guest, url) = (guest.clone(), at(path));
        async move { picture(&guest, "/avatars/favicon", &[("url", &url)]).await }
    };
    assert_eq!(icon("/named/").await.get_pixel(1, 1).0, [255, 0, 0, 255]);
    for path in ["/plain/", "/wrong/", "/missing"] {
        assert_eq!(
            icon(path).await.get_pixel(1, 1).0,
            [0, 0, 255, 255],
            "{path}: the icon at the usual place"
        );
    }
    let inside = refused(&guest, "/avatars/favicon", &[("url", "http://192.168.0.1/")]).await;
    assert_eq!(inside, of(400, "general_argument_invalid"));
}

#[tokio::test]
async fn who_has_no_key_does_not_make_us_call_without_end() {
    let engine = Running::start().await;
    let mut last = (0, String::new());
    for _ in 0..61 {
        last = refused(&engine.guest(), "/avatars/image", &[("url", "http://10.0.0.1/")]).await;
    }
    assert_eq!(last, of(429, "general_rate_limit_exceeded"));
}
