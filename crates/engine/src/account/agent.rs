//! What a program says of itself, as sessions and logs show it. Nothing depends on it.

use serde_json::{Value, json};

use crate::locale::Names;

/// Systems by what names them, the more special first: code, name, and whether it is one of telephones.
const SYSTEMS: [(&str, &str, &str, bool); 7] = [
    ("iPhone", "IOS", "iOS", true),
    ("iPad", "IOS", "iPadOS", false),
    ("Android", "AND", "Android", true),
    ("Windows", "WIN", "Windows", false),
    ("Mac OS X", "MAC", "Mac", false),
    ("CrOS", "COS", "Chrome OS", false),
    ("Linux", "LIN", "GNU/Linux", false),
];

/// Browsers by what names them, the more special first: all say that they are Safari, and most that they are Chrome.
const BROWSERS: [(&str, &str, &str, &str); 7] = [
    ("Edg/", "PS", "Microsoft Edge", "Blink"),
    ("OPR/", "OP", "Opera", "Blink"),
    ("Firefox/", "FF", "Firefox", "Gecko"),
    ("CriOS/", "CI", "Chrome Mobile iOS", "WebKit"),
    ("Chrome/", "CH", "Chrome", "Blink"),
    ("Version/", "SF", "Safari", "WebKit"),
    ("AppleWebKit/", "", "WebKit", "WebKit"),
];

/// Adds everything that Appwrite tells of a program and of a place to `to`; what is not known is empty. `country` is two
/// letters.
pub fn describe(to: &mut Value, agent: &str, country: &str) {
    for key in [
        "osCode",
        "osName",
        "osVersion",
        "clientType",
        "clientCode",
        "clientName",
        "clientVersion",
        "clientEngine",
        "clientEngineVersion",
        "deviceName",
        "deviceBrand",
        "deviceModel",
    ] {
        to[key] = json!("");
    }
    // In small letters here, and in capitals in `/locale`, as Appwrite has it.
    to["countryCode"] = json!(country.to_lowercase());
    to["countryName"] = json!(Names::of("en").country(country));
    if let Some((_, code, name, telephone)) = SYSTEMS.iter().find(|(mark, ..)| agent.contains(mark)) {
        to["osCode"] = json!(code);
        to["osName"] = json!(name);
        to["deviceName"] = json!(if *telephone { "smartphone" } else { "desktop" });
    }
    if let Some((mark, code, name, engine)) = BROWSERS.iter().find(|(mark, ..)| agent.contains(mark)) {
        to["clientType"] = json!("browser");
        to["clientCode"] = json!(code);
        to["clientName"] = json!(name);
        to["clientVersion"] = json!(version(agent, mark));
        to["clientEngine"] = json!(engine);
    } else {
        // A program of its own says in its own words which program and device it is.
        to["clientName"] = json!(agent);
    }
}

/// One line for people: `Firefox, GNU/Linux`.
pub fn words(agent: &str) -> String {
    let mut told = json!({});
    describe(&mut told, agent, "");
    let names = ["clientName", "osName"].map(|key| told[key].as_str().unwrap_or_default().to_owned());
    names.iter().filter(|name| !name.is_empty()).cloned().collect::<Vec<_>>().join(", ")
}

fn version<'a>(agent: &'a str, mark: &str) -> &'a str {
    let rest = agent.split_once(mark).map_or("", |(_, rest)| rest);
    let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(rest.len());
    &rest[..end]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn common_programs_are_told_apart() {
        for (agent, expected) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, GNU/Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
                "Microsoft Edge, Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari, iOS",
            ),
            ("TeleStack on ada-laptop", "TeleStack on ada-laptop"),
            ("", ""),
        ] {
            assert_eq!(words(agent), expected);
        }
        let mut told = json!({});
        describe(&mut told, "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.1 Safari/537.36", "JP");
        assert_eq!((&told["countryCode"], &told["countryName"]), (&json!("jp"), &json!("Japan")));
        assert_eq!((&told["clientVersion"], &told["deviceName"]), (&json!("140.0.1"), &json!("desktop")));
    }

    proptest! {
        #[test]
        fn whatever_a_program_says_is_told_in_its_own_words(
            text in ".{0,60}",
            parts in proptest::collection::vec("(Chrome/|Edg/|Firefox/|Version/|Linux|iPhone|[0-9.]{0,6}|.{0,4})", 0..8),
        ) {
            for agent in [text, parts.concat()] {
                let mut told = json!({});
                describe(&mut told, &agent, "");
                let version = told["clientVersion"].as_str().expect("text");
                prop_assert!(agent.contains(version) && version.bytes().all(|byte| byte == b'.' || byte.is_ascii_digit()));
                prop_assert!(told["clientType"] == "browser" || told["clientName"] == agent.as_str());
                words(&agent);
            }
        }
    }
}
