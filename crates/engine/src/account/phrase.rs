//! Two words that both the program and the mail show: who sees the same in both answers their own question.

use rand::seq::IndexedRandom as _;

const ADJECTIVES: [&str; 32] = [
    "Amber", "Brave", "Bright", "Calm", "Clever", "Coral", "Cosy", "Crisp", "Early", "Eager", "Gentle",
    "Golden", "Happy", "Humble", "Ivory", "Jolly", "Keen", "Lively", "Lucky", "Mellow", "Noble", "Olive",
    "Polite", "Proud", "Quick", "Quiet", "Silver", "Sunny", "Swift", "Tidy", "Warm", "Wise",
];
const NOUNS: [&str; 32] = [
    "Acorn", "Badger", "Beacon", "Birch", "Bridge", "Brook", "Castle", "Cedar", "Comet", "Falcon", "Fern",
    "Forest", "Fox", "Garden", "Harbour", "Heron", "Island", "Lantern", "Lark", "Maple", "Meadow", "Otter",
    "Owl", "Pebble", "Pine", "River", "Robin", "Sparrow", "Spring", "Summit", "Willow", "Wren",
];

/// `Golden Fox`
pub fn make() -> String {
    let mut random = rand::rng();
    let [first, second] =
        [&ADJECTIVES, &NOUNS].map(|words| words.choose(&mut random).copied().unwrap_or_default());
    format!("{first} {second}")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn phrases_are_two_words_and_differ() {
        let phrases: HashSet<String> = (0..50).map(|_| make()).collect();
        assert!(phrases.len() > 20 && phrases.iter().all(|phrase| phrase.split(' ').count() == 2));
    }
}
