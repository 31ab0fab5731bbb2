//! The people of the demo organisation "Northlight".

use serde::{Deserialize, Serialize};

/// Somebody as the demo organisation is described here.
#[derive(Debug, Clone, Copy)]
pub struct DemoPerson {
    /// User id, and the name that `cargo xtask run --as NAME` takes.
    pub id: &'static str,
    pub name: &'static str,
    pub role: &'static str,
    pub title: &'static str,
    pub team: &'static str,
}

/// Ada, Ben and six others.
pub const DEMO_PEOPLE: [DemoPerson; 8] = [
    person("ada", "Ada Lovelace", "administrator", "Head of Engineering", "Engineering"),
    person("ben", "Ben Okafor", "member", "Product Manager", "Product"),
    person("chloe", "Chloé Martin", "clinician", "General Practitioner", "Clinic"),
    person("daniel", "Daniel Novák", "member", "Platform Engineer", "Engineering"),
    person("emeka", "Emeka Eze", "clinician", "Nurse Practitioner", "Clinic"),
    person("fatima", "Fatima Al-Sayed", "reception", "Front Desk", "Clinic"),
    person("grace", "Grace Kim", "member", "Designer", "Product"),
    person("hiro", "Hiro Tanaka", "guest", "Security Auditor", "External"),
];

const fn person(
    id: &'static str,
    name: &'static str,
    role: &'static str,
    title: &'static str,
    team: &'static str,
) -> DemoPerson {
    DemoPerson { id, name, role, title, team }
}

impl DemoPerson {
    #[must_use]
    pub fn email(&self) -> String {
        format!("{}@northlight.example", self.id)
    }
}

/// Somebody who can sign in, as `serve --json` prints them. The password is this data folder's own.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    pub name: String,
    pub email: String,
    pub password: String,
    pub user_id: String,
    pub matrix_id: String,
}
