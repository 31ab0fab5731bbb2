//! What Ctrl+K finds: people, rooms and files, out of what is kept here.

use telestack_chat::view::{Membership, RoomKind, RoomSummary};

use crate::{
    people::plain,
    view::{FileEntry, PaletteEntry, PaletteKind, PersonView},
};

/// Entries that are answered.
const MOST: usize = 40;

/// The best matches for what was typed; with nothing typed, the newest rooms and then people.
pub(crate) fn find(
    query: &str,
    people: &[PersonView],
    rooms: &[RoomSummary],
    files: &[FileEntry],
) -> Vec<PaletteEntry> {
    let query = plain(query.trim());
    let mut found: Vec<(i32, PaletteEntry)> = Vec::new();
    let joined = rooms.iter().filter(|room| room.membership == Membership::Joined);
    for room in joined {
        // A person and the room with them would be the same line twice.
        if room.kind == RoomKind::Direct
            && people.iter().any(|p| Some(&p.matrix_id) == room.direct_user.as_ref())
        {
            continue;
        }
        let entry = PaletteEntry {
            kind: PaletteKind::Room,
            id: room.id.clone(),
            title: room.name.clone(),
            subtitle: room.topic.clone(),
            avatar: room.avatar.clone(),
        };
        found.extend(rank(&query, &room.name, room.topic.as_deref()).map(|score| (score + 2, entry)));
    }
    for person in people.iter().filter(|person| !person.me) {
        let entry = PaletteEntry {
            kind: PaletteKind::Person,
            id: person.matrix_id.clone(),
            title: person.name.clone(),
            subtitle: person.title.clone().or_else(|| Some(person.email.clone())),
            avatar: person.avatar.clone(),
        };
        // What stands behind the @ is the same for everybody.
        let address = person.email.split('@').next();
        found.extend(rank(&query, &person.name, address).map(|score| (score + 1, entry)));
    }
    if !query.is_empty() {
        for file in files {
            let entry = PaletteEntry {
                kind: PaletteKind::File,
                id: format!("{}/{}", file.drive, file.id),
                title: file.name.clone(),
                subtitle: (!file.folder.is_empty()).then(|| file.folder.clone()),
                avatar: None,
            };
            found.extend(rank(&query, &file.name, Some(&file.folder)).map(|score| (score, entry)));
        }
    }
    // Stable: equal ones keep their order, rooms by activity and people by name.
    found.sort_by_key(|(score, _)| -score);
    found.into_iter().take(MOST).map(|(_, entry)| entry).collect()
}

/// How well a title fits, else a subtitle; none where neither has the letters in this order.
fn rank(query: &str, title: &str, subtitle: Option<&str>) -> Option<i32> {
    score(query, &plain(title)).or_else(|| {
        let subtitle = plain(subtitle?);
        // Letters scattered over a subtitle would find everything.
        subtitle.split(|c: char| !c.is_alphanumeric()).any(|word| word.starts_with(query)).then_some(10)
    })
}

/// The whole, a beginning, the beginning of a word, a part, then letters in order; closer together is better.
fn score(query: &str, text: &str) -> Option<i32> {
    if query.is_empty() {
        return Some(0);
    }
    if text == query {
        return Some(1000);
    }
    if text.starts_with(query) {
        return Some(800);
    }
    if let Some(at) = text.find(query) {
        let begins_word = text[..at].chars().next_back().is_some_and(|c| !c.is_alphanumeric());
        return Some(if begins_word { 600 } else { 400 });
    }
    let (mut letters, mut last, mut gaps) =
        (query.chars().filter(|c| !c.is_whitespace()).peekable(), None, 0);
    for (at, c) in text.chars().enumerate() {
        if letters.peek() == Some(&c) {
            letters.next();
            gaps += last.map_or(0, |last: usize| at - last - 1);
            last = Some(at);
        }
    }
    let gaps = i32::try_from(gaps).unwrap_or(i32::MAX);
    (letters.peek().is_none() && gaps <= 12).then(|| 200 - gaps * 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closer_matches_come_first() {
        let best = |query: &str| {
            let mut names = vec!["Release 2.4", "Clinic handover", "Engineering", "Older releases", "Relay"];
            names.retain(|name| score(query, &plain(name)).is_some());
            names.sort_by_key(|name| -score(query, &plain(name)).unwrap_or(0));
            names
        };
        assert_eq!(best("relea"), ["Release 2.4", "Older releases"]);
        assert_eq!(best("cha"), ["Clinic handover"]);
        assert_eq!(best("eng"), ["Engineering"]);
        assert!(best("xyz").is_empty());
    }

    #[test]
    fn a_file_is_found_by_its_name_or_folder_and_named_with_its_drive() {
        let file = FileEntry {
            id: "f".into(),
            drive: "files".into(),
            folder: "Clinic".into(),
            name: "Rota.csv".into(),
            mime: "text/csv".into(),
            size: 1.0,
            changed: 0.0,
            writable: true,
            has_preview: false,
        };
        let files = [file];
        for query in ["rota", "clin", "ROTA.csv"] {
            assert_eq!(find(query, &[], &[], &files)[0].id, "files/f", "{query}");
        }
        assert!(find("", &[], &[], &files).is_empty());
    }
}
