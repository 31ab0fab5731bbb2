//! How much was asked in each period.

use rusqlite::Connection;

use super::periods::Periods;
use crate::core::store::StoreError;

/// Sums for each of the periods.
#[derive(Debug, Default)]
pub struct Asked {
    pub requests: Vec<i64>,
    pub network: Vec<i64>,
    pub row_reads: Vec<i64>,
    pub row_writes: Vec<i64>,
    pub pictures: Vec<i64>,
}

impl Asked {
    pub fn read(c: &Connection, periods: &Periods) -> Result<Self, StoreError> {
        let none = || vec![0; usize::try_from(periods.count).unwrap_or_default()];
        let mut asked = Self {
            requests: none(),
            network: none(),
            row_reads: none(),
            row_writes: none(),
            pictures: none(),
        };
        let mut hours = c.prepare_cached(
            "SELECT (hour - ?1) / ?2, sum(requests), sum(network), sum(row_reads), sum(row_writes), sum(pictures)
             FROM traffic WHERE hour >= ?1 AND hour < ?3 GROUP BY 1",
        )?;
        let mut rows = hours.query([periods.start, periods.step, periods.end()])?;
        while let Some(row) = rows.next()? {
            let place = usize::try_from(row.get::<_, i64>(0)?).unwrap_or_default();
            let of_kind = [
                &mut asked.requests,
                &mut asked.network,
                &mut asked.row_reads,
                &mut asked.row_writes,
                &mut asked.pictures,
            ];
            for (column, values) in (1..).zip(of_kind) {
                if let Some(value) = values.get_mut(place) {
                    *value = row.get(column)?;
                }
            }
        }
        Ok(asked)
    }
}

pub fn sum(values: &[i64]) -> i64 {
    values.iter().sum()
}
