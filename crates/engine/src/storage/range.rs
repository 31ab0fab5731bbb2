//! `Range` and `Content-Range`.

/// What a request asks of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    All,
    /// First and last byte, inclusive.
    Part(u64, u64),
    /// 416: nothing of it is in the file.
    Outside,
}

/// One range of bytes; several ranges or another unit are answered with the whole, as RFC 9110 allows.
pub fn wanted(header: Option<&str>, size: u64) -> Wanted {
    let Some(spec) = header.and_then(|header| header.strip_prefix("bytes=")) else { return Wanted::All };
    let Some((first, last)) = spec.trim().split_once('-').filter(|_| !spec.contains(',')) else {
        return Wanted::All;
    };
    let number = |text: &str| text.trim().parse::<u64>().ok();
    match (first.trim().is_empty(), number(first), number(last)) {
        (true, _, Some(0)) => Wanted::Outside,
        (true, _, Some(_)) if size == 0 => Wanted::Outside,
        (true, _, Some(length)) => Wanted::Part(size.saturating_sub(length), size - 1),
        (false, Some(first), _) if first >= size => Wanted::Outside,
        (false, Some(first), None) if last.trim().is_empty() => Wanted::Part(first, size - 1),
        (false, Some(first), Some(last)) if last >= first => Wanted::Part(first, last.min(size - 1)),
        _ => Wanted::All,
    }
}

/// The place of an uploaded chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk {
    pub first: i64,
    /// Inclusive.
    pub last: i64,
    pub total: i64,
}

/// `bytes 0-5242879/12000000`
pub fn chunk(header: &str) -> Option<Chunk> {
    let (range, total) = header.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<i64>().ok())?;
    let chunk = Chunk { first: number(first)?, last: number(last)?, total: number(total)? };
    (chunk.first <= chunk.last && chunk.last < chunk.total).then_some(chunk)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        for (header, expected) in [
            ("bytes=0-4", Wanted::Part(0, 4)),
            ("bytes=5-", Wanted::Part(5, 9)),
            ("bytes=-3", Wanted::Part(7, 9)),
            ("bytes=-30", Wanted::Part(0, 9)),
            ("bytes=3-99", Wanted::Part(3, 9)),
            ("bytes=10-", Wanted::Outside),
            ("bytes=-0", Wanted::Outside),
            ("bytes=5-2", Wanted::All),
            ("bytes=0-1,3-4", Wanted::All),
            ("lines=1-2", Wanted::All),
        ] {
            assert_eq!(wanted(Some(header), 10), expected, "{header}");
        }
        assert_eq!(wanted(None, 10), Wanted::All);
        assert_eq!(wanted(Some("bytes=0-"), 0), Wanted::Outside);
    }

    #[test]
    fn chunks_outside_their_file_are_refused() {
        assert_eq!(chunk("bytes 0-4/10"), Some(Chunk { first: 0, last: 4, total: 10 }));
        for bad in [
            "bytes 5-4/10",
            "bytes 0-10/10",
            "bytes -1-4/10",
            "bytes 0-4",
            "0-4/10",
            "bytes +0-4/10",
            "bytes 0-4/99999999999999999999",
        ] {
            assert_eq!(chunk(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_part_is_always_inside(header in "bytes=[0-9,-]{0,8}", size in 0u64..50) {
            if let Wanted::Part(first, last) = wanted(Some(&header), size) {
                prop_assert!(first <= last && last < size);
            }
        }
    }
}
