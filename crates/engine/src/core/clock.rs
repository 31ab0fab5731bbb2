//! Time is passed in, so that expiry can be tested.

/// Unix milliseconds.
pub trait Clock: Send + Sync + std::fmt::Debug {
    fn now(&self) -> i64;
}

/// Milliseconds as Appwrite writes times: `2026-11-24T10:42:07.123+00:00`.
pub fn iso(millis: i64) -> String {
    chrono::DateTime::from_timestamp_millis(millis)
        .unwrap_or_default()
        .to_rfc3339_opts(chrono::SecondsFormat::Millis, false)
}

/// The years that [`iso`] writes with four digits, so that times are in the order of their texts.
const YEARS: std::ops::Range<i64> = -62_167_219_200_000..253_402_300_800_000;

/// Milliseconds of a time that somebody wrote: RFC 3339, or without an offset, or a day; what names no offset is UTC. None of
/// a year before 0 or after 9999.
pub fn parse_iso(text: &str) -> Option<i64> {
    use chrono::{DateTime, NaiveDate, NaiveDateTime};
    let naive = || {
        ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M"]
            .iter()
            .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
            .or_else(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0))
            .map(|time| time.and_utc().timestamp_millis())
    };
    let read = DateTime::parse_from_rfc3339(text).map(|time| time.timestamp_millis()).ok().or_else(naive);
    read.filter(|millis| YEARS.contains(millis))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let noon = Some(1_767_268_800_000);
        for text in [
            "2026-01-01T12:00:00.000+00:00",
            "2026-01-01T13:00:00+01:00",
            "2026-01-01T12:00:00",
            "2026-01-01 12:00:00",
        ] {
            assert_eq!(parse_iso(text), noon, "{text}");
        }
        assert_eq!(parse_iso("2026-01-01"), noon.map(|noon| noon - 12 * 3_600_000));
        for none in ["tomorrow", "+12345-01-01", "-0001-01-01T00:00:00", "9999-12-31T23:59:59-01:00"] {
            assert_eq!(parse_iso(none), None, "{none}");
        }
        assert_eq!(parse_iso(&iso(1_767_268_800_123)), Some(1_767_268_800_123));
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_and_read_again(
            text in ".{0,40}",
            parts in "[+-]?[0-9]{4,6}-[01][0-9]-[0-3][0-9][T ]?[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{1,12})?(Z|[+-][0-2][0-9]:[0-5][0-9])?",
            one in YEARS,
            other in YEARS,
        ) {
            for text in [text, parts] {
                if let Some(millis) = parse_iso(&text) {
                    prop_assert_eq!(parse_iso(&iso(millis)), Some(millis), "{}", text);
                }
            }
            prop_assert_eq!(parse_iso(&iso(one)), Some(one));
            prop_assert_eq!(iso(one).cmp(&iso(other)), one.cmp(&other));
        }
    }
}
