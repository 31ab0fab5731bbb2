//! Who is on the stage, in an order that never changes because somebody speaks.

use std::collections::BTreeMap;

use crate::{
    input::CallMember,
    view::{Quality, Tile, TileSource},
};

/// One device in the call as media sees it.
#[derive(Debug, Clone)]
struct Participant {
    member: CallMember,
    muted: bool,
    camera: bool,
    screen: bool,
    speaking: bool,
    quality: Quality,
    key_missing: bool,
}

/// The stage. Tile ids are given once and never used again in a call.
#[derive(Debug, Default)]
pub struct Stage {
    participants: Vec<Participant>,
    ids: BTreeMap<(String, bool), u32>,
    last_id: u32,
}

impl Stage {
    /// Follows the room's membership: newcomers go to the end, who left is taken off.
    pub fn members(&mut self, members: &[CallMember]) {
        self.participants.retain(|p| members.iter().any(|m| m.identity() == p.member.identity()));
        for member in members {
            match self.participants.iter_mut().find(|p| p.member.identity() == member.identity()) {
                Some(known) => known.member = member.clone(),
                None => self.participants.push(Participant {
                    member: member.clone(),
                    muted: true,
                    camera: false,
                    screen: false,
                    speaking: false,
                    quality: Quality::Unknown,
                    key_missing: false,
                }),
            }
        }
    }

    pub fn voice(&mut self, identity: &str, muted: bool) {
        self.change(identity, |p| p.muted = muted);
    }

    pub fn track(&mut self, identity: &str, source: TileSource, shown: bool) {
        self.change(identity, |p| match source {
            TileSource::Camera => p.camera = shown,
            TileSource::Screen => p.screen = shown,
        });
    }

    pub fn speaking(&mut self, identities: &[String]) {
        for participant in &mut self.participants {
            participant.speaking = identities.contains(&participant.member.identity());
        }
    }

    pub fn quality(&mut self, identity: &str, quality: Quality) {
        self.change(identity, |p| p.quality = quality);
    }

    pub fn key_missing(&mut self, identity: &str, missing: bool) {
        self.change(identity, |p| p.key_missing = missing);
    }

    /// Media lost sight of everybody: pictures and voices come back one by one.
    pub fn dark(&mut self) {
        for participant in &mut self.participants {
            (participant.camera, participant.screen, participant.speaking) = (false, false, false);
            participant.quality = Quality::Unknown;
            participant.key_missing = false;
        }
    }

    /// All tiles, `own` first, everybody else in the order of their coming, a screen beside its camera.
    pub fn view(&mut self, own: &str) -> Vec<Tile> {
        let mut order: Vec<Participant> = self.participants.clone();
        order.sort_by_key(|p| p.member.identity() != own);
        let mut tiles = Vec::new();
        for participant in order {
            tiles.push(self.tile(&participant, TileSource::Camera, own));
            if participant.screen {
                tiles.push(self.tile(&participant, TileSource::Screen, own));
            }
        }
        tiles
    }

    fn tile(&mut self, participant: &Participant, source: TileSource, own: &str) -> Tile {
        let identity = participant.member.identity();
        let screen = source == TileSource::Screen;
        let id = *self.ids.entry((identity.clone(), screen)).or_insert_with(|| {
            self.last_id += 1;
            self.last_id
        });
        Tile {
            id,
            own: identity == own,
            identity,
            user_id: participant.member.user_id.clone(),
            name: participant.member.name.clone(),
            avatar: participant.member.avatar.clone(),
            source,
            muted: participant.muted,
            video: screen || participant.camera,
            speaking: !screen && participant.speaking && !participant.muted,
            quality: participant.quality,
            key_missing: participant.key_missing,
        }
    }

    fn change(&mut self, identity: &str, change: impl FnOnce(&mut Participant)) {
        if let Some(participant) = self.participants.iter_mut().find(|p| p.member.identity() == identity) {
            change(participant);
        }
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
    }
}
