//! What a benchmark found: a line of the table and of the JSON beside it.

use serde::Serialize;

/// One figure of ours beside the one it is held against, measured in the same run.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    pub what: String,
    pub against: String,
    pub unit: &'static str,
    pub ours: Spread,
    /// Absent where the bound is absolute.
    pub theirs: Option<Spread>,
    pub reach: Reach,
}

/// Minimum, median and maximum of some runs.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Spread {
    pub min: f64,
    pub median: f64,
    pub max: f64,
    pub runs: usize,
}

/// What was promised.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(tag = "kind", content = "value", rename_all = "kebab-case")]
pub enum Reach {
    /// Our median divided by theirs is at most this.
    Ratio(f64),
    /// Our median less theirs is at most this.
    More(f64),
    /// Our median is at most this.
    AtMost(f64),
}

impl Spread {
    /// Of at least one run; `None` of none.
    #[must_use]
    pub fn of(mut runs: Vec<f64>) -> Option<Self> {
        runs.sort_by(f64::total_cmp);
        let (min, max) = (*runs.first()?, *runs.last()?);
        Some(Self { min, median: runs[runs.len() / 2], max, runs: runs.len() })
    }
}

impl Row {
    /// The figure that the promise is about.
    #[must_use]
    pub fn figure(&self) -> f64 {
        let theirs = self.theirs.map_or(f64::NAN, |theirs| theirs.median);
        match self.reach {
            Reach::Ratio(_) => self.ours.median / theirs,
            Reach::More(_) => self.ours.median - theirs,
            Reach::AtMost(_) => self.ours.median,
        }
    }

    #[must_use]
    pub fn reached(&self) -> bool {
        let (Reach::Ratio(bound) | Reach::More(bound) | Reach::AtMost(bound)) = self.reach;
        self.figure() <= bound
    }

    /// A line of the Markdown table whose head is [`HEAD`].
    #[must_use]
    pub fn line(&self) -> String {
        let show = |spread: &Spread| {
            format!("{:.0} ({:.0} to {:.0}, n={})", spread.median, spread.min, spread.max, spread.runs)
        };
        let theirs = self.theirs.as_ref().map_or_else(|| "-".to_owned(), show);
        let (figure, reach) = match self.reach {
            Reach::Ratio(bound) => (format!("{:.2}x", self.figure()), format!("<= {bound}x")),
            Reach::More(bound) => (format!("+{:.0} {}", self.figure(), self.unit), format!("<= +{bound}")),
            Reach::AtMost(bound) => (format!("{:.0} {}", self.figure(), self.unit), format!("<= {bound}")),
        };
        let verdict = if self.reached() { "yes" } else { "NO" };
        format!(
            "| {} | {} | {} {} | {theirs} | {figure} | {reach} | {verdict} |",
            self.what,
            self.against,
            show(&self.ours),
            self.unit
        )
    }
}

pub const HEAD: &str =
    "| what | against | ours | theirs | figure | reach | reached |\n|---|---|---|---|---|---|---|";

#[cfg(test)]
mod tests {
    use super::*;

    fn row(ours: f64, theirs: Option<f64>, reach: Reach) -> Row {
        let spread = |value| Spread::of(vec![value]).expect("one run");
        Row {
            what: "w".into(),
            against: "a".into(),
            unit: "ms",
            ours: spread(ours),
            theirs: theirs.map(spread),
            reach,
        }
    }

    #[test]
    fn each_promise_is_held_against_its_own_figure() {
        assert!(row(12.0, Some(10.0), Reach::Ratio(1.2)).reached());
        assert!(!row(13.0, Some(10.0), Reach::Ratio(1.2)).reached());
        assert!(row(50.0, Some(10.0), Reach::More(40.0)).reached());
        assert!(!row(101.0, None, Reach::AtMost(100.0)).reached());
        // Nothing to compare with is no success.
        assert!(!row(1.0, None, Reach::Ratio(1.0)).reached());
    }

    #[test]
    fn the_spread_is_of_the_sorted_runs() {
        let spread = Spread::of(vec![3.0, 1.0, 2.0]).expect("runs");
        assert_eq!((spread.min, spread.median, spread.max, spread.runs), (1.0, 2.0, 3.0, 3));
        assert!(Spread::of(Vec::new()).is_none());
    }
}
