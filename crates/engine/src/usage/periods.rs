//! The hours or days that usage is told by.

use serde_json::{Value, json};

use crate::core::{
    clock::{iso, parse_iso},
    error::{ApiError, ApiResult},
    routes::Call,
};

pub const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// Periods of one answer.
const MOST: i64 = 10_000;

/// Periods of the same length, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Periods {
    /// Unix milliseconds at which the first begins.
    pub start: i64,
    pub step: i64,
    pub count: i64,
}

impl Periods {
    /// The last of them, up to `now`, as `range` says it; and `range` itself.
    pub fn of_range(call: &Call) -> ApiResult<(&'static str, Self)> {
        let (range, step, count) = match call.query_value("range").unwrap_or("30d") {
            "24h" => ("24h", HOUR, 24),
            "30d" => ("30d", DAY, 30),
            "90d" => ("90d", DAY, 90),
            _ => return Err(ApiError::argument("'range' is 24h, 30d or 90d.")),
        };
        Ok((range, Self::last(call.app.now(), step, count)))
    }

    fn last(now: i64, step: i64, count: i64) -> Self {
        Self { start: (now.div_euclid(step) - count + 1) * step, step, count }
    }

    /// From `startDate` to `endDate` by `period`; the last thirty days where none is given.
    pub fn of_dates(call: &Call) -> ApiResult<Self> {
        let step = match call.query_value("period").unwrap_or("1d") {
            "1h" => HOUR,
            "1d" => DAY,
            _ => return Err(ApiError::argument("'period' is 1h or 1d.")),
        };
        let date = |name: &str, otherwise: i64| match call.query_value(name) {
            None => Ok(otherwise),
            Some(text) => {
                parse_iso(text).ok_or_else(|| ApiError::argument(format!("'{name}' is no time in ISO 8601.")))
            }
        };
        let end = date("endDate", call.app.now())?;
        Self::between(date("startDate", end.saturating_sub(29 * DAY))?, end, step)
    }

    fn between(start: i64, end: i64, step: i64) -> ApiResult<Self> {
        let (first, last) = (start.div_euclid(step), end.div_euclid(step));
        if first > last {
            return Err(ApiError::argument("'startDate' comes before 'endDate'."));
        }
        let count = last - first + 1;
        if count > MOST {
            return Err(ApiError::argument(format!("Usage is told by at most {MOST} periods at once.")));
        }
        Ok(Self { start: first * step, step, count })
    }

    pub fn end(&self) -> i64 {
        self.start + self.step * self.count
    }

    /// The periods with a value for each.
    pub fn metrics(&self, values: &[i64]) -> Value {
        let date = |place: usize| iso(self.start + self.step * i64::try_from(place).unwrap_or_default());
        values
            .iter()
            .enumerate()
            .map(|(place, value)| json!({ "value": value, "date": date(place) }))
            .collect()
    }

    /// The last period with the value of now, of what has no history.
    pub fn now(&self, value: i64) -> Value {
        json!([{ "value": value, "date": iso(self.end() - self.step) }])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_begin_with_their_hour_or_day_and_end_with_the_one_that_runs() {
        let noon = 1_767_268_800_000;
        let days = Periods::last(noon, DAY, 30);
        assert_eq!((days.end(), days.count), (noon + DAY / 2, 30));
        let hours = Periods::last(noon + 1, HOUR, 24);
        assert_eq!((hours.start, hours.end()), (noon - 23 * HOUR, noon + HOUR));
        assert_eq!(
            Periods::between(noon, noon, DAY).map(|one| (one.start, one.count)),
            Ok((noon - DAY / 2, 1))
        );
        assert!(Periods::between(noon, noon - DAY, DAY).is_err());
        assert!(Periods::between(i64::MIN / 2, i64::MAX / 2, HOUR).is_err());
        let metrics = days.metrics(&[7]);
        assert_eq!(metrics, json!([{ "value": 7, "date": iso(days.start) }]));
    }
}
