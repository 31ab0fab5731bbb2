//! Every change of a blob is found, every part of it is had, whatever order its chunks came in.

use std::{path::Path, sync::Arc};

use futures_util::TryStreamExt as _;
use proptest::prelude::*;

use super::*;

const SMALL: u32 = 16;

fn key(byte: u8) -> FileKey {
    FileKey::new([byte; 32])
}

/// Content that has something to compress and something that has not.
fn content(size: usize) -> Vec<u8> {
    (0..size).map(|n| if n % 64 < 40 { b'a' } else { (n * 31 % 251) as u8 }).collect()
}

/// Uploads `content` in chunks of `segment` in this order; 0: in one.
async fn upload(path: &Path, content: &[u8], segment: usize, order: &[usize], key: Option<FileKey>) {
    for number in order {
        let start = number * segment;
        let end = if segment == 0 { content.len() } else { content.len().min(start + segment) };
        let frame = Frame::segments(SMALL, segment as u64, key.clone());
        let total = (segment > 0).then_some(content.len() as u64);
        let mut writer = Writer::open(path, Some(frame), start as u64, total).await.expect("open");
        // As a network cuts it.
        for piece in content[start..end].chunks(11) {
            writer.push(piece).await.expect("written");
        }
        writer.finish().await.expect("on disk");
    }
}

fn pack(from: &Path, to: &Path, size: u64, compression: Compression, key: Option<FileKey>) {
    let blob = Blob::open(from, Form::Segments, size, key).expect("open");
    let frame = blob.frame().expect("a frame").packed(compression);
    let mut packer = Packer::create(to, frame, size).expect("made");
    blob.each(|block| packer.push(block)).expect("read");
    packer.finish().expect("packed");
}

fn whole(path: &Path, form: Form, size: u64, key: Option<FileKey>) -> Result<Vec<u8>, BlobError> {
    let blob = Blob::open(path, form, size, key)?;
    let mut bytes = Vec::new();
    blob.each(|block| {
        bytes.extend_from_slice(block);
        Ok(())
    })?;
    Ok(bytes)
}

async fn part(blob: &Arc<Blob>, first: usize, length: usize) -> Vec<u8> {
    let stream = blob.clone().stream(first as u64, length as u64).await.expect("begun");
    stream.try_collect::<Vec<_>>().await.expect("read").concat()
}

/// The same content uploaded and packed, with and without a key.
async fn both(content: &[u8], segment: usize, key: Option<FileKey>) -> [(Form, tempfile::TempPath); 2] {
    let made = || tempfile::NamedTempFile::new().expect("file").into_temp_path();
    let (segments, packed) = (made(), made());
    let chunks = if segment == 0 { 1 } else { content.len().div_ceil(segment).max(1) };
    let order: Vec<usize> = (0..chunks).rev().collect();
    upload(&segments, content, segment, &order, key.clone()).await;
    pack(&segments, &packed, content.len() as u64, Compression::Zstd, key);
    [(Form::Segments, segments), (Form::Packed, packed)]
}

#[tokio::test]
async fn every_range_is_that_slice() {
    let content = content(150);
    for key in [None, Some(key(1))] {
        for segment in [0, 37, 48, 150] {
            for (form, path) in both(&content, segment, key.clone()).await {
                let blob = Arc::new(Blob::open(&path, form, 150, key.clone()).expect("open"));
                for first in 0..150 {
                    for length in [1, 2, 15, 16, 17, 60, 150 - first] {
                        let end = 150.min(first + length);
                        let part = part(&blob, first, length).await;
                        assert_eq!(part, content[first..end], "{form:?} {segment} {first} {length}");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn every_flipped_bit_and_every_cut_is_found() {
    let content = content(60);
    for key in [None, Some(key(1))] {
        for segment in [0, 24] {
            for (form, path) in both(&content, segment, key.clone()).await {
                let good = std::fs::read(&path).expect("read");
                let read = |bytes: &[u8]| {
                    std::fs::write(&path, bytes).expect("written");
                    whole(&path, form, 60, key.clone())
                };
                assert_eq!(read(&good).expect("whole"), content);
                for bit in 0..good.len() * 8 {
                    let mut bad = good.clone();
                    bad[bit / 8] ^= 1 << (bit % 8);
                    assert!(matches!(read(&bad), Err(BlobError::Damaged(_))), "{form:?} {segment} bit {bit}");
                }
                for end in 0..good.len() {
                    assert!(
                        matches!(read(&good[..end]), Err(BlobError::Damaged(_))),
                        "{form:?} cut at {end}"
                    );
                }
                // Cut together with what the database says of its size.
                std::fs::write(&path, &good).expect("written");
                for size in 0..60 {
                    let cut = whole(&path, form, size, key.clone());
                    assert!(matches!(cut, Err(BlobError::Damaged(_))), "{form:?} {segment} of {size}");
                }
            }
        }
    }
}

#[tokio::test]
async fn no_block_stands_for_another() {
    // Five equal blocks: only their places differ.
    let content = vec![b'x'; 5 * SMALL as usize];
    let size = content.len() as u64;
    for key in [None, Some(key(1))] {
        let [(_, path), _] = both(&content, 0, key.clone()).await;
        let good = std::fs::read(&path).expect("read");
        let stored = (good.len() - 32) / 5;
        for (one, other) in [(0, 1), (1, 0), (3, 4), (4, 3), (2, 0)] {
            let mut bad = good.clone();
            let from = 32 + other * stored;
            bad.copy_within(from..from + stored, 32 + one * stored);
            std::fs::write(&path, bad).expect("written");
            assert!(whole(&path, Form::Segments, size, key.clone()).is_err(), "{other} for {one}");
        }
    }
    // Another file's blob, and the same in another form.
    let [(_, mine), (_, packed)] = both(&content, 0, Some(key(1))).await;
    assert!(whole(&mine, Form::Segments, size, Some(key(2))).is_err());
    assert!(whole(&mine, Form::Segments, size, None).is_err());
    assert!(whole(&packed, Form::Segments, size, Some(key(1))).is_err());
    assert!(whole(&mine, Form::Packed, size, Some(key(1))).is_err());
    let text = std::fs::read(&mine).expect("read");
    assert!(!text.windows(4).any(|part| part == b"xxxx"), "nothing of it can be read");
}

#[tokio::test]
async fn a_chunk_that_comes_again_changes_no_byte() {
    let (content, path) = (content(90), tempfile::NamedTempFile::new().expect("file").into_temp_path());
    upload(&path, &content, 40, &[0, 1, 2], Some(key(1))).await;
    let first = std::fs::read(&path).expect("read");
    upload(&path, &content, 40, &[2, 0], Some(key(1))).await;
    assert!(std::fs::read(&path).expect("read") == first);
    // Another text at the same place has another nonce.
    let mut other = content.clone();
    other[0] ^= 1;
    upload(&path, &other, 40, &[0], Some(key(1))).await;
    assert_ne!(std::fs::read(&path).expect("read")[32..44], first[32..44]);
}

#[tokio::test]
async fn an_empty_file_has_a_block_too() {
    for key in [None, Some(key(1))] {
        for (form, path) in both(b"", 0, key.clone()).await {
            assert_eq!(whole(&path, form, 0, key.clone()).expect("read"), b"");
            let blob = Arc::new(Blob::open(&path, form, 0, key.clone()).expect("open"));
            assert_eq!(part(&blob, 0, 0).await, b"");
            std::fs::write(&path, &std::fs::read(&path).expect("read")[..32]).expect("cut");
            assert!(whole(&path, form, 0, key.clone()).is_err());
        }
    }
}

#[test]
fn a_copy_opens_as_what_it_is() {
    let sealed = key(1).seal_copy("30x20", b"picture").expect("sealed");
    assert!(!sealed.windows(7).any(|part| part == b"picture"));
    assert_eq!(key(1).open_copy("30x20", sealed.clone()).as_deref(), Some(b"picture".as_slice()));
    assert_eq!(key(1).open_copy("40x20", sealed.clone()), None);
    assert_eq!(key(2).open_copy("30x20", sealed.clone()), None);
    assert_eq!(key(1).open_copy("30x20", sealed[..9].to_vec()), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn chunks_in_any_order_give_the_same_blob(
        content in proptest::collection::vec(any::<u8>(), 1..300),
        segment in 1usize..80,
        seed in any::<u64>(),
        sealed in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("runtime");
        let key = sealed.then(|| key(3));
        let chunks = content.len().div_ceil(segment);
        let mut order: Vec<usize> = (0..chunks).collect();
        order.sort_by_key(|n| (*n as u64).wrapping_mul(seed | 1).rotate_left(17));
        let made = || tempfile::NamedTempFile::new().expect("file").into_temp_path();
        let (straight, mixed, packed) = (made(), made(), made());
        let size = content.len() as u64;
        runtime.block_on(async {
            upload(&straight, &content, segment, &(0..chunks).collect::<Vec<_>>(), key.clone()).await;
            upload(&mixed, &content, segment, &order, key.clone()).await;
        });
        prop_assert!(std::fs::read(&straight).expect("read") == std::fs::read(&mixed).expect("read"));
        prop_assert_eq!(whole(&mixed, Form::Segments, size, key.clone()).expect("read"), content.clone());
        for compression in [Compression::Gzip, Compression::Zstd] {
            pack(&mixed, &packed, size, compression, key.clone());
            prop_assert_eq!(whole(&packed, Form::Packed, size, key.clone()).expect("read"), content.clone());
        }
    }
}
