//! SPDX licence expressions: `OR`, `AND`, `WITH`, brackets, and crates.io's old `/` for "or".

/// Whether somebody who accepts only the licences for which `accepts` is true may use this.
pub fn allowed(expression: &str, accepts: &impl Fn(&str) -> bool) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let tokens: Vec<&str> = spaced.split_whitespace().collect();
    let mut position = 0;
    let verdict = any(&tokens, &mut position, accepts);
    verdict && position == tokens.len()
}

fn any(tokens: &[&str], position: &mut usize, accepts: &impl Fn(&str) -> bool) -> bool {
    let mut verdict = all(tokens, position, accepts);
    while tokens.get(*position) == Some(&"OR") {
        *position += 1;
        verdict |= all(tokens, position, accepts);
    }
    verdict
}

fn all(tokens: &[&str], position: &mut usize, accepts: &impl Fn(&str) -> bool) -> bool {
    let mut verdict = one(tokens, position, accepts);
    while tokens.get(*position) == Some(&"AND") {
        *position += 1;
        verdict &= one(tokens, position, accepts);
    }
    verdict
}

fn one(tokens: &[&str], position: &mut usize, accepts: &impl Fn(&str) -> bool) -> bool {
    let Some(token) = tokens.get(*position) else { return false };
    *position += 1;
    if *token == "(" {
        let verdict = any(tokens, position, accepts);
        if tokens.get(*position) != Some(&")") {
            return false;
        }
        *position += 1;
        return verdict;
    }
    let mut name = (*token).to_owned();
    if tokens.get(*position) == Some(&"WITH") {
        let exception = tokens.get(*position + 1).copied().unwrap_or_default();
        name = format!("{name} WITH {exception}");
        *position += 2;
    }
    // "or later" is kept by whoever accepts this version.
    accepts(name.trim_end_matches('+'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(name: &str) -> bool {
        ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"].contains(&name)
    }

    #[test]
    fn expressions() {
        for (expression, verdict) in [
            ("MIT", true),
            ("GPL-3.0", false),
            ("MIT+", true),
            ("MIT OR GPL-3.0", true),
            ("MIT AND GPL-3.0", false),
            ("MIT/Apache-2.0", true),
            ("(GPL-3.0 OR MIT) AND Apache-2.0", true),
            ("GPL-3.0 OR (MIT AND ISC)", false),
            ("Apache-2.0 WITH LLVM-exception OR GPL-3.0", true),
            ("GPL-2.0 WITH Classpath-exception-2.0", false),
            ("", false),
            ("MIT OR", true),
            ("(MIT", false),
            ("MIT Apache-2.0", false),
        ] {
            assert_eq!(allowed(expression, &accepts), verdict, "{expression}");
        }
    }
}
