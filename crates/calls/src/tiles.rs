//! Who is on the stage, in an order that never changes because somebody speaks.

use std::collections::BTreeMap;

use crate::{
    input::CallMember,
    view::{Quality, Tile, TileSource},
};

/// One device as media sees it.
#[derive(Debug, Clone)]
struct Facts {
    muted: bool,
    camera: bool,
    screen: bool,
    speaking: bool,
    quality: Quality,
    key_missing: bool,
}

impl Default for Facts {
    fn default() -> Self {
        Self {
            muted: true,
            camera: false,
            screen: false,
            speaking: false,
            quality: Quality::Unknown,
            key_missing: false,
        }
    }
}

/// The stage. Tile ids are given once and never used again in a call.
#[derive(Debug, Default)]
pub struct Stage {
    members: Vec<CallMember>,
    /// By identity. Media and the room know nothing of each other, so somebody may be heard before the room says that
    /// they are there.
    facts: BTreeMap<String, Facts>,
    ids: BTreeMap<(String, bool), u32>,
    last_id: u32,
}

impl Stage {
    /// Follows the room's membership: newcomers go to the end, who left is taken off.
    pub fn members(&mut self, members: &[CallMember]) {
        self.members.retain(|known| members.iter().any(|m| m.identity() == known.identity()));
        for member in members {
            match self.members.iter_mut().find(|known| known.identity() == member.identity()) {
                Some(known) => known.clone_from(member),
                None => self.members.push(member.clone()),
            }
        }
    }

    pub fn voice(&mut self, identity: &str, muted: bool) {
        let facts = self.facts_of(identity);
        facts.muted = muted;
        // Unmuted, they have said nothing yet.
        facts.speaking &= !muted;
    }

    pub fn track(&mut self, identity: &str, source: TileSource, shown: bool) {
        let facts = self.facts_of(identity);
        match source {
            TileSource::Camera => facts.camera = shown,
            TileSource::Screen => facts.screen = shown,
        }
    }

    pub fn speaking(&mut self, identities: &[String]) {
        for facts in self.facts.values_mut() {
            facts.speaking = false;
        }
        for identity in identities {
            self.facts_of(identity).speaking = true;
        }
    }

    pub fn quality(&mut self, identity: &str, quality: Quality) {
        self.facts_of(identity).quality = quality;
    }

    pub fn key_missing(&mut self, identity: &str, missing: bool) {
        self.facts_of(identity).key_missing = missing;
    }

    /// Media does not see them any more.
    pub fn gone(&mut self, identity: &str) {
        self.facts.remove(identity);
    }

    /// Media lost sight of everybody: pictures and voices come back one by one.
    pub fn dark(&mut self) {
        let members = &self.members;
        self.facts.retain(|identity, _| members.iter().any(|m| m.identity() == *identity));
        for facts in self.facts.values_mut() {
            // Who was muted is so in all likelihood, and icons do not flicker.
            *facts = Facts { muted: facts.muted, ..Facts::default() };
        }
    }

    /// All tiles, `own` first, everybody else in the order of their coming, a screen beside its camera.
    pub fn view(&mut self, own: &str) -> Vec<Tile> {
        let mut order = self.members.clone();
        order.sort_by_key(|member| member.identity() != own);
        let mut tiles = Vec::new();
        for member in order {
            tiles.push(self.tile(&member, TileSource::Camera, own));
            if self.facts.get(&member.identity()).is_some_and(|facts| facts.screen) {
                tiles.push(self.tile(&member, TileSource::Screen, own));
            }
        }
        tiles
    }

    fn tile(&mut self, member: &CallMember, source: TileSource, own: &str) -> Tile {
        let identity = member.identity();
        let screen = source == TileSource::Screen;
        let id = *self.ids.entry((identity.clone(), screen)).or_insert_with(|| {
            self.last_id += 1;
            self.last_id
        });
        let facts = self.facts.get(&identity).cloned().unwrap_or_default();
        Tile {
            id,
            own: identity == own,
            identity,
            user_id: member.user_id.clone(),
            name: member.name.clone(),
            avatar: member.avatar.clone(),
            source,
            muted: facts.muted,
            video: screen || facts.camera,
            speaking: !screen && facts.speaking && !facts.muted,
            quality: facts.quality,
            key_missing: facts.key_missing,
        }
    }

    fn facts_of(&mut self, identity: &str) -> &mut Facts {
        self.facts.entry(identity.to_owned()).or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str) -> CallMember {
        CallMember {
            user_id: format!("@{name}:example.org"),
            device_id: "D".into(),
            name: name.into(),
            avatar: None,
        }
    }

    #[test]
    fn own_tile_is_first_and_ids_stay_through_all_changes() {
        let mut stage = Stage::default();
        stage.members(&[member("ben"), member("ada")]);
        let own = member("ada").identity();
        let first: Vec<u32> = stage.view(&own).iter().map(|t| t.id).collect();
        assert_eq!(stage.view(&own)[0].name, "ada");
        stage.track(&member("ben").identity(), TileSource::Screen, true);
        stage.speaking(&[member("ben").identity()]);
        let tiles = stage.view(&own);
        assert_eq!(tiles.len(), 3);
        assert_eq!([tiles[0].id, tiles[1].id], [first[0], first[1]]);
        assert_eq!(tiles[2].source, TileSource::Screen);
        stage.members(&[member("ada")]);
        assert_eq!(stage.view(&own).len(), 1);
    }

    #[test]
    fn a_muted_person_never_speaks() {
        let mut stage = Stage::default();
        stage.members(&[member("ben")]);
        let ben = member("ben").identity();
        stage.voice(&ben, false);
        stage.speaking(std::slice::from_ref(&ben));
        assert!(stage.view("x")[0].speaking);
        stage.voice(&ben, true);
        assert!(!stage.view("x")[0].speaking);
        stage.voice(&ben, false);
        assert!(!stage.view("x")[0].speaking, "before they said anything");
    }

    #[test]
    fn what_media_tells_before_the_room_is_not_lost() {
        let mut stage = Stage::default();
        let ben = member("ben").identity();
        stage.voice(&ben, false);
        stage.track(&ben, TileSource::Camera, true);
        assert!(stage.view("x").is_empty());
        stage.members(&[member("ben")]);
        let tiles = stage.view("x");
        assert!(tiles[0].video && !tiles[0].muted);
        stage.gone(&ben);
        let tiles = stage.view("x");
        assert!(!tiles[0].video && tiles[0].muted);
    }

    #[test]
    fn darkness_takes_pictures_and_leaves_who_is_muted() {
        let mut stage = Stage::default();
        stage.members(&[member("ben")]);
        let ben = member("ben").identity();
        stage.voice(&ben, false);
        stage.track(&ben, TileSource::Camera, true);
        stage.key_missing(&ben, true);
        stage.dark();
        let tiles = stage.view("x");
        assert!(!tiles[0].video && !tiles[0].muted && !tiles[0].key_missing);
    }
}
