//! Counts in what test runners print.

/// Passed and failed tests.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    pub passed: u32,
    pub failed: u32,
}

impl Count {
    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// What one line of output says, if it is a closing line of cargo test, vitest or node's test runner.
#[must_use]
pub fn in_line(line: &str) -> Count {
    let plain = without_colours(line);
    let line = plain.trim();
    if let Some(rest) = line.strip_prefix("test result:") {
        return Count { passed: before(rest, "passed"), failed: before(rest, "failed") };
    }
    if let Some(rest) = line.strip_prefix("Tests ") {
        return Count { passed: before(rest, "passed"), failed: before(rest, "failed") };
    }
    for mark in ["# ", "ℹ "] {
        if let Some(rest) = line.strip_prefix(mark) {
            let number = |word: &str| rest.strip_prefix(word).and_then(|n| n.trim().parse().ok());
            return Count { passed: number("pass ").unwrap_or(0), failed: number("fail ").unwrap_or(0) };
        }
    }
    Count::default()
}

/// The number that stands before `word`.
fn before(text: &str, word: &str) -> u32 {
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
    words.windows(2).find(|pair| pair[1] == word).and_then(|pair| pair[0].parse().ok()).unwrap_or(0)
}

fn without_colours(line: &str) -> String {
    let mut plain = String::new();
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            for rest in letters.by_ref() {
                if rest.is_ascii_alphabetic() {
                    break;
                }
            }
        } else {
            plain.push(letter);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_of_the_runners() {
        let count = |passed, failed| Count { passed, failed };
        for (line, expected) in [
            ("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured", count(12, 0)),
            ("test result: FAILED. 3 passed; 2 failed; 0 ignored", count(3, 2)),
            ("      Tests  7 passed (7)", count(7, 0)),
            ("\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m1 failed\u{1b}[22m | 6 passed (7)", count(6, 1)),
            ("# pass 4", count(4, 0)),
            ("ℹ fail 1", count(0, 1)),
            ("running 12 tests", count(0, 0)),
        ] {
            assert_eq!(in_line(line), expected, "{line}");
        }
    }
}
