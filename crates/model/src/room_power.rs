//! What one must be in a room to send what.

/// Power that events need in rooms that TeleStack makes. Call membership is state and would otherwise need 50 (MSC3401);
/// the rings are MSC4075: every member may be in calls. An override replaces the homeserver's whole table, therefore its
/// other entries are repeated.
pub const ROOM_POWER: [(&str, u32); 12] = [
    ("m.room.name", 50),
    ("m.room.avatar", 50),
    ("m.room.topic", 50),
    ("m.room.canonical_alias", 50),
    ("m.room.power_levels", 100),
    ("m.room.history_visibility", 100),
    ("m.room.encryption", 100),
    ("m.room.server_acl", 100),
    ("m.room.tombstone", 150),
    ("org.matrix.msc3401.call.member", 0),
    ("org.matrix.msc4075.rtc.notification", 0),
    ("m.rtc.notification", 0),
];
