//! Paths that hide others: `/keys/ephemeral`, which one posts to, is also the key whose id is `ephemeral`, which one
//! reads. The router knows a path by its words before it looks at the method, so that the second is told to it as well.

use std::collections::BTreeMap;

use super::routes::Route;

/// A route that is reached under the path of another.
#[derive(Clone)]
pub struct Hidden {
    pub path: &'static str,
    pub route: Route,
    /// Its parameters, and what of `path` stands for each: a word, or a parameter in braces.
    pub parameters: Vec<(&'static str, &'static str)>,
}

/// The parts of a path.
type Parts = Vec<&'static str>;

/// All of them. Of several routes that a path hides for one method the one with the most words counts.
pub fn hidden(routes: &[Route]) -> Vec<Hidden> {
    // A path hides only what has as many parts. All with all would be most of a server's start.
    let mut by_length: BTreeMap<usize, Vec<(&Route, Parts)>> = BTreeMap::new();
    for route in routes {
        let parts: Parts = route.path.split('/').collect();
        by_length.entry(parts.len()).or_default().push((route, parts));
    }
    by_length.values().flat_map(|alike| hidden_among(alike)).collect()
}

/// The same for routes of as many parts.
fn hidden_among(alike: &[(&Route, Parts)]) -> Vec<Hidden> {
    let paths: BTreeMap<&'static str, &Parts> =
        alike.iter().map(|(route, parts)| (route.path, parts)).collect();
    let mut all: Vec<Hidden> = Vec::new();
    for (path, parts) in paths {
        let mut here: Vec<Hidden> = Vec::new();
        for (route, pattern) in alike {
            let Some(parameters) = stands_for(pattern, parts) else { continue };
            if alike.iter().any(|(own, _)| own.path == path && own.method == route.method) {
                continue;
            }
            let found = Hidden { path, route: (*route).clone(), parameters };
            match here.iter_mut().find(|other| other.route.method == route.method) {
                Some(other) if other.parameters.len() > found.parameters.len() => *other = found,
                Some(_) => {}
                None => here.push(found),
            }
        }
        all.append(&mut here);
    }
    all
}

/// What of a path stands for each parameter of a pattern of as many parts, where a word does at least for one.
fn stands_for(pattern: &[&'static str], path: &[&'static str]) -> Option<Vec<(&'static str, &'static str)>> {
    let mut parameters = Vec::new();
    let mut some = false;
    for (&wanted, &given) in pattern.iter().zip(path) {
        match name(wanted) {
            Some(parameter) => {
                some |= name(given).is_none();
                parameters.push((parameter, given));
            }
            None if wanted == given => {}
            None => return None,
        }
    }
    some.then_some(parameters)
}

/// The name of a parameter.
pub fn name(part: &str) -> Option<&str> {
    part.strip_prefix('{')?.strip_suffix('}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stands_for_a_parameter_and_never_the_other_way_round() {
        let parts = |path: &'static str| path.split('/').collect::<Parts>();
        let stands = |pattern, path| stands_for(&parts(pattern), &parts(path));
        assert_eq!(stands("/keys/{keyId}", "/keys/ephemeral"), Some(vec![("keyId", "ephemeral")]));
        assert_eq!(stands("/p/{a}/{b}", "/p/web/{c}"), Some(vec![("a", "web"), ("b", "{c}")]));
        for (pattern, path) in [("/keys/ephemeral", "/keys/{keyId}"), ("/a/{b}", "/a/{c}")] {
            assert_eq!(stands(pattern, path), None, "{pattern} {path}");
        }
    }

    #[test]
    fn what_is_hidden_is_found_by_its_method() {
        let table = crate::route_table();
        let hidden = hidden(&table);
        let find = |method: &str, path: &str| {
            hidden.iter().find(|found| found.route.method == method && found.path == path)
        };
        let read = find("GET", "/project/keys/ephemeral").expect("a key of this name");
        assert_eq!((read.route.path, read.parameters[0]), ("/project/keys/{keyId}", ("keyId", "ephemeral")));
        assert!(find("GET", "/project/policies/user-limit").is_some());
        assert!(find("POST", "/project/keys/ephemeral").is_none(), "that one is there by itself");
    }
}
