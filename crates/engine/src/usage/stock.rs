//! How much there is of something, and how much of that there was before.

use rusqlite::{Connection, ToSql};

use super::periods::Periods;
use crate::core::store::StoreError;

/// What is counted: where it is, when each was made, and what each counts for.
#[derive(Debug, Clone, Copy)]
pub struct Kind<'a> {
    /// `bucket`, or `file WHERE complete`.
    pub from: &'a str,
    pub created: &'a str,
    pub value: &'a str,
}

impl<'a> Kind<'a> {
    /// Each counts one.
    pub fn number(from: &'a str) -> Self {
        Self { from, created: "created", value: "1" }
    }
}

/// How much there is now, and how much of it there was at the end of each period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stock {
    pub total: i64,
    pub history: Vec<i64>,
}

impl Stock {
    pub fn none(periods: &Periods) -> Self {
        Self { total: 0, history: vec![0; usize::try_from(periods.count).unwrap_or_default()] }
    }

    pub fn count(
        c: &Connection,
        periods: &Periods,
        kind: Kind<'_>,
        values: &[&dyn ToSql],
    ) -> Result<Self, StoreError> {
        let mut stock = Self::none(periods);
        let Kind { from, created, value } = kind;
        // What was made before the first period was there in it; what came after the last is in the total only.
        let sql = format!(
            "SELECT max(({created} - {}) / {}, 0), sum({value}) FROM {from} GROUP BY 1 ORDER BY 1",
            periods.start, periods.step
        );
        let mut statement = c.prepare(&sql)?;
        let mut made = statement.query(values)?;
        while let Some(row) = made.next()? {
            let (period, value): (i64, i64) = (row.get(0)?, row.get(1)?);
            stock.total += value;
            let first = usize::try_from(period).unwrap_or_default();
            stock.history.iter_mut().skip(first).for_each(|at_end| *at_end += value);
        }
        Ok(stock)
    }

    pub fn add(&mut self, other: &Self) {
        self.total += other.total;
        self.history.iter_mut().zip(&other.history).for_each(|(own, more)| *own += more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn history_grows_with_what_was_made_and_ends_at_what_is_there() {
        let c = Connection::open_in_memory().expect("opened");
        c.execute_batch(
            "CREATE TABLE file (created, size, bucket);
             INSERT INTO file VALUES (5, 10, 'a'), (100, 20, 'a'), (109, 30, 'b'), (125, 40, 'a'), (500, 50, 'a');",
        )
        .expect("filled");
        let periods = Periods { start: 100, step: 10, count: 3 };
        let all = Stock::count(&c, &periods, Kind::number("file"), &[]).expect("counted");
        assert_eq!(all, Stock { total: 5, history: vec![3, 3, 4] });
        let bytes = Kind { value: "size", ..Kind::number("file WHERE bucket = ?1") };
        let mut bytes = Stock::count(&c, &periods, bytes, &[&"a"]).expect("counted");
        assert_eq!(bytes, Stock { total: 120, history: vec![30, 30, 70] });
        bytes.add(&all);
        assert_eq!(bytes.history, [33, 33, 74]);
        let nothing = Stock::count(&c, &periods, Kind::number("file WHERE 0"), &[]).expect("counted");
        assert_eq!(nothing, Stock::none(&periods));
    }
}
