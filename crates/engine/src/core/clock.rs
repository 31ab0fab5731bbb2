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

/// Milliseconds of a time that somebody wrote: RFC 3339, or without an offset, or a day; what names no offset is UTC.
pub fn parse_iso(text: &str) -> Option<i64> {
    use chrono::{DateTime, NaiveDate, NaiveDateTime};
    let naive = || {
        ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M"]
            .iter()
            .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
            .or_else(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0))
            .map(|time| time.and_utc().timestamp_millis())
    };
    DateTime::parse_from_rfc3339(text).map(|time| time.timestamp_millis()).ok().or_else(naive)
}

#[cfg(test)]
mod tests {
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
        assert_eq!(parse_iso("tomorrow"), None);
        assert_eq!(parse_iso(&iso(1_767_268_800_123)), Some(1_767_268_800_123));
    }
}
