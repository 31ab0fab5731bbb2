//! What a file is, by its first bytes; a name is only believed where bytes say nothing.

/// Bytes that are looked at.
pub const LOOK: usize = 512;

const MAGIC: &[(&[u8], &str)] = &[
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"OggS", "audio/ogg"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
];

/// The content's MIME type.
pub fn sniff(start: &[u8], name: &str) -> &'static str {
    if let Some((_, mime)) = MAGIC.iter().find(|(magic, _)| start.starts_with(magic)) {
        return mime;
    }
    match (start.get(..4), start.get(4..8), start.get(8..12)) {
        (Some(b"RIFF"), _, Some(b"WEBP")) => return "image/webp",
        (Some(b"RIFF"), _, Some(b"WAVE")) => return "audio/wav",
        (Some(size), Some(b"ftyp"), Some(brand)) => return brand_mime(start, size, brand),
        _ => {}
    }
    // A character may be cut at the end of what is looked at.
    let text = match std::str::from_utf8(start) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&start[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return "application/octet-stream",
    };
    if text.contains('\0') {
        return "application/octet-stream";
    }
    let lower = text.trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
    if lower.starts_with("<!doctype html") || lower.starts_with("<html") || lower.contains("<script") {
        return "text/html";
    }
    if lower.starts_with("<svg") || lower.contains("<svg") {
        return "image/svg+xml";
    }
    match name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).as_deref() {
        Some("csv") => "text/csv",
        Some("md") => "text/markdown",
        Some("json") => "application/json",
        _ => "text/plain",
    }
}

/// The kind of a file of boxes, by its brand; where that only says that it is a picture, by those beside it.
fn brand_mime(start: &[u8], size: &[u8], brand: &[u8]) -> &'static str {
    let size = size.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
    let mut others = start.get(16..size.min(start.len())).unwrap_or_default().chunks_exact(4);
    match brand {
        b"avif" | b"avis" => "image/avif",
        b"mif1" | b"msf1" | b"miaf" if others.any(|other| matches!(other, b"avif" | b"avis")) => "image/avif",
        b"heic" | b"heix" | b"heim" | b"heis" => "image/heic",
        b"mif1" => "image/heif",
        _ => "video/mp4",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_believed_before_names() {
        assert_eq!(sniff(b"\x89PNG\r\n\x1a\n....", "x.txt"), "image/png");
        assert_eq!(sniff(b"RIFF1234WEBPVP8 ", "x"), "image/webp");
        assert_eq!(sniff(b"\0\0\0\x14ftypavif\0\0\0\0mif1", "x"), "image/avif");
        assert_eq!(sniff(b"\0\0\0\x18ftypmif1\0\0\0\0miafavif", "x"), "image/avif");
        assert_eq!(sniff(b"\0\0\0\x14ftypmif1\0\0\0\0miafavif", "x"), "image/heif");
        assert_eq!(sniff(b"\0\0\0\x14ftypheic\0\0\0\0mif1", "x"), "image/heic");
        assert_eq!(sniff(b"\0\0\0\x14ftypisom\0\0\0\0avif", "x"), "video/mp4");
        assert_eq!(sniff(b"\0\0\0\x14ftyp", "x"), "application/octet-stream");
        assert_eq!(sniff(b"  <!DOCTYPE HTML><p>", "x.png"), "text/html");
        assert_eq!(sniff(b"<?xml version='1.0'?><svg onload=alert(1)>", "x.png"), "image/svg+xml");
        assert_eq!(sniff(b"a,b\n1,2\n", "x.csv"), "text/csv");
        assert_eq!(sniff("gr\u{fc}n".as_bytes().split_last().expect("bytes").1, "x.md"), "text/markdown");
        assert_eq!(sniff(b"\x00\x01\xfe\xff", "x.txt"), "application/octet-stream");
        assert_eq!(sniff(b"", "x.md"), "text/markdown");
    }
}
