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
    pub theirs: Spread,
    pub reach: Reach,
    /// What one has to know to read the figure.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
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
    /// The same where more is better: it is at least this.
    AtLeast(f64),
    /// Our median is at most this much above theirs.
    Above(f64),
    /// Our median is at most this, whatever theirs is.
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
        match self.reach {
            Reach::Ratio(_) | Reach::AtLeast(_) => self.ours.median / self.theirs.median,
            Reach::Above(_) => self.ours.median - self.theirs.median,
            Reach::AtMost(_) => self.ours.median,
        }
    }

    #[must_use]
    pub fn reached(&self) -> bool {
        match self.reach {
            Reach::Ratio(bound) | Reach::Above(bound) | Reach::AtMost(bound) => self.figure() <= bound,
            Reach::AtLeast(bound) => self.figure() >= bound,
        }
    }

    /// A line of the Markdown table whose head is [`HEAD`].
    #[must_use]
    pub fn line(&self) -> String {
        let unit = self.unit;
        let show = |spread: &Spread| {
            format!("{:.0} {unit} ({:.0} to {:.0}, n={})", spread.median, spread.min, spread.max, spread.runs)
        };
        let (figure, reach) = match self.reach {
            Reach::Ratio(bound) => (format!("{:.2}x", self.figure()), format!("<= {bound}x")),
            Reach::AtLeast(bound) => (format!("{:.2}x", self.figure()), format!(">= {bound:.2}x")),
            Reach::Above(bound) => (format!("{:+.0} {unit}", self.figure()), format!("<= +{bound} {unit}")),
            Reach::AtMost(bound) => (format!("{:.0} {unit}", self.figure()), format!("<= {bound} {unit}")),
        };
        let verdict = if self.reached() { "yes" } else { "NO" };
        format!(
            "| {} | {} | {} | {} | {figure} | {reach} | {verdict} |",
            self.what,
            self.against,
            show(&self.ours),
            show(&self.theirs),
        )
    }
}

pub const HEAD: &str =
    "| what | against | ours | theirs | figure | reach | reached |\n|---|---|---|---|---|---|---|";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_promise_is_about_the_medians() {
        let spread = |value| Spread::of(vec![value]).expect("one run");
        let row = |ours, theirs, reach| Row {
            what: "w".into(),
            against: "a".into(),
            unit: "ms",
            ours: spread(ours),
            theirs: spread(theirs),
            reach,
            detail: String::new(),
        };
        assert!(row(12.0, 10.0, Reach::Ratio(1.2)).reached());
        assert!(!row(13.0, 10.0, Reach::Ratio(1.2)).reached());
        assert!(row(20.0, 10.0, Reach::AtLeast(2.0)).reached());
        assert!(!row(19.0, 10.0, Reach::AtLeast(2.0)).reached());
        assert!(row(140.0, 100.0, Reach::Above(40.0)).reached());
        assert!(!row(141.0, 100.0, Reach::Above(40.0)).reached());
        assert!(row(100.0, 141.0, Reach::AtMost(100.0)).reached());
        assert!(!row(101.0, 141.0, Reach::AtMost(100.0)).reached());
        assert!(row(141.0, 100.0, Reach::Above(40.0)).line().contains("| +41 ms | <= +40 ms | NO |"));
    }

    #[test]
    fn the_spread_is_of_the_sorted_runs() {
        let spread = Spread::of(vec![3.0, 1.0, 2.0]).expect("runs");
        assert_eq!((spread.min, spread.median, spread.max, spread.runs), (1.0, 2.0, 3.0, 3));
        assert!(Spread::of(Vec::new()).is_none());
    }
}
