//! The organisation's directory.

use serde::Serialize;
use specta::Type;
use telestack_model::Role;

#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PersonView {
    pub id: String,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub title: Option<String>,
    pub team: Option<String>,
    pub matrix_id: String,
    pub avatar: Option<String>,
    pub presence: Presence,
    pub in_call: bool,
    pub verified: bool,
    pub me: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    Online,
    Away,
    Busy,
    Offline,
    Unknown,
}
