//! A bucket for everybody who is signed in, and files sent to it and fetched from it.

use reqwest::{
    Method, Response,
    multipart::{Form, Part},
};
use serde_json::{Value, json};

use super::{Client, Running};

pub const FILES: &str = "/storage/buckets/files/files";
pub const CHUNK: usize = 5 * 1024 * 1024;

pub async fn bucket(engine: &Running, more: Value) {
    let mut bucket = json!({
        "bucketId": "files", "name": "Files", "fileSecurity": true, "permissions": ["create(\"users\")"],
    });
    bucket.as_object_mut().expect("object").extend(more.as_object().expect("object").clone());
    engine.admin().ok(Method::POST, "/storage/buckets", &bucket).await;
}

pub async fn send(
    client: &Client,
    id: &str,
    name: &str,
    bytes: &[u8],
    range: Option<(usize, usize)>,
) -> Response {
    let part = Part::bytes(bytes.to_vec()).file_name(name.to_owned());
    let form = Form::new().text("fileId", id.to_owned()).part("file", part);
    let mut request = client.request(Method::POST, FILES).multipart(form);
    if let Some((first, total)) = range {
        request =
            request.header("content-range", format!("bytes {first}-{}/{total}", first + bytes.len() - 1));
        if first > 0 {
            request = request.header("x-appwrite-id", id);
        }
    }
    request.send().await.expect("answered")
}

pub async fn download(client: &Client, id: &str, range: Option<&str>) -> Response {
    let request = client.request(Method::GET, &format!("{FILES}/{id}/download"));
    let request = if let Some(range) = range { request.header("range", range) } else { request };
    request.send().await.expect("answered")
}

pub fn picture(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_fn(width, height, |x, _| image::Rgb([(x % 256) as u8, 90, 200]));
    picture.write_to(&mut bytes, image::ImageFormat::Png).expect("written");
    bytes.into_inner()
}

/// The JSON of an answer.
pub async fn json_of(answer: Response) -> Value {
    answer.json().await.expect("JSON")
}

/// The folder of the blobs.
pub fn blobs(engine: &Running) -> std::path::PathBuf {
    engine.folder.as_ref().expect("folder").path().join("blobs")
}

/// Names of what lies in the folder of the blobs.
pub fn names(engine: &Running) -> Vec<String> {
    let entries = std::fs::read_dir(blobs(engine)).expect("folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("entry").file_name().into_string().expect("text")).collect();
    names.sort();
    names
}
