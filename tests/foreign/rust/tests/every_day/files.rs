//! Files in chunks, who may read them, and their previews.

use appwrite::{
    enums::{Compression, ImageFormat},
    id::ID,
    input_file::InputFile,
    services::{Avatars, Storage, Tokens},
};
use telestack_foreign_rust::{admin, guest, kind};

async fn bucket(storage: &Storage) -> String {
    let id = ID::unique();
    let zstd = Some(Compression::Zstd);
    let made = storage
        .create_bucket(&id, "Rust", None, None, None, None, None, zstd, None, None, None, None, None)
        .await
        .expect("a bucket");
    assert_eq!((made.name.as_str(), made.compression.as_str()), ("Rust", "zstd"));
    id
}

#[tokio::test]
async fn a_file_of_several_chunks_comes_back_as_it_was() {
    let client = admin();
    let storage = Storage::new(&client);
    let bucket = bucket(&storage).await;
    let bytes: Vec<u8> = (0..11 * 1024 * 1024_usize).map(|at| (at * 31 % 251) as u8).collect();
    let input = InputFile::from_bytes(bytes.clone(), "large.bin", None);
    let file = storage.create_file(&bucket, "large", input, None, None).await.expect("uploaded");
    assert_eq!(file.id, "large");
    assert_eq!((file.size_original, file.chunks_total, file.chunks_uploaded), (bytes.len() as i64, 3, 3));
    assert!(storage.get_file_download(&bucket, &file.id, None).await.expect("downloaded") == bytes);
    let renamed = storage.update_file(&bucket, &file.id, Some("larger.bin"), None).await.expect("renamed");
    assert_eq!(renamed.name, "larger.bin");
    assert_eq!(storage.list_files(&bucket, None, Some("larger"), None).await.expect("listed").total, 1);
    storage.delete_file(&bucket, &file.id).await.expect("deleted");
    assert_eq!(kind(storage.get_file(&bucket, &file.id).await), "storage_file_not_found");
    storage.delete_bucket(&bucket).await.expect("deleted");
}

#[tokio::test]
async fn a_token_opens_a_picture_and_its_preview_to_whoever_has_it() {
    let client = admin();
    let (storage, tokens) = (Storage::new(&client), Tokens::new(&client));
    let bucket = bucket(&storage).await;
    let picture =
        Avatars::new(&client).get_qr("https://example.org", Some(200), None, None).await.expect("drawn");
    let input = InputFile::from_bytes(picture.clone(), "code.png", None);
    let owner = Some(vec!["read(\"user:somebody\")".to_owned()]);
    let file = storage.create_file(&bucket, "code", input, owner.clone(), None).await.expect("uploaded");
    assert_eq!(
        (file.id.as_str(), file.mime_type.as_str(), Some(file.permissions)),
        ("code", "image/png", owner)
    );
    let stranger = guest();
    let theirs = Storage::new(&stranger);
    assert_eq!(kind(theirs.get_file_view(&bucket, "code", None).await), "storage_file_not_found");
    let token = tokens.create_file_token(&bucket, "code", None).await.expect("a token");
    let secret = Some(token.secret.as_str());
    assert!(theirs.get_file_view(&bucket, "code", secret).await.expect("read") == picture);
    let webp = Some(ImageFormat::Webp);
    let preview = theirs
        .get_file_preview(
            &bucket,
            "code",
            Some(40),
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            webp,
            secret,
        )
        .await
        .expect("drawn");
    assert!(preview.starts_with(b"RIFF") && preview[8..].starts_with(b"WEBP"));
    let later = "2999-01-01T00:00:00.000+00:00";
    assert!(tokens.update(&token.id, Some(later)).await.expect("changed").expire.starts_with("2999-01-01"));
    assert_eq!(tokens.list(&bucket, "code", None, None).await.expect("listed").total, 1);
    tokens.delete(&token.id).await.expect("taken back");
    assert!(theirs.get_file_view(&bucket, "code", secret).await.is_err());
    storage.delete_bucket(&bucket).await.expect("deleted");
}
