//! Paths that hide others: `/keys/ephemeral`, which one posts to, is also the key whose id is `ephemeral`, which one
//! reads. The router knows a path by its words before it looks at the method, so that the second is told to it as well.

use super::routes::Route;

/// A route that is reached under the path of another.
#[derive(Clone)]
pub struct Hidden {
    pub path: &'static str,
    pub route: Route,
    /// Its parameters, and what of `path` stands for each: a word, or a parameter in braces.
    pub parameters: Vec<(&'static str, &'static str)>,
}

/// All of them. Of several routes that a path hides for one method the one with the most words counts.
pub fn hidden(routes: &[Route]) -> Vec<Hidden> {
    let mut paths: Vec<&'static str> = routes.iter().map(|route| route.path).collect();
    paths.sort_unstable();
    paths.dedup();
    let mut all: Vec<Hidden> = Vec::new();
    for path in paths {
        let own: Vec<&axum::http::Method> =
            routes.iter().filter(|route| route.path == path).map(|route| &route.method).collect();
        let mut here: Vec<Hidden> = Vec::new();
        for route in routes.iter().filter(|route| !own.contains(&&route.method)) {
            let Some(parameters) = stands_for(route.path, path) else { continue };
            let found = Hidden { path, route: route.clone(), parameters };
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

/// What of `path` stands for each parameter of `pattern`, where a word does at least for one.
fn stands_for(pattern: &'static str, path: &'static str) -> Option<Vec<(&'static str, &'static str)>> {
    let (pattern, path) = (pattern.split('/'), path.split('/'));
    if pattern.clone().count() != path.clone().count() {
        return None;
    }
    let mut parameters = Vec::new();
    let mut some = false;
    for (wanted, given) in pattern.zip(path) {
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
        let stands = |pattern, path| stands_for(pattern, path);
        assert_eq!(stands("/keys/{keyId}", "/keys/ephemeral"), Some(vec![("keyId", "ephemeral")]));
        assert_eq!(stands("/p/{a}/{b}", "/p/web/{c}"), Some(vec![("a", "web"), ("b", "{c}")]));
        for (pattern, path) in
            [("/keys/ephemeral", "/keys/{keyId}"), ("/a/{b}", "/a/{c}"), ("/a/{b}", "/a/b/c")]
        {
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
