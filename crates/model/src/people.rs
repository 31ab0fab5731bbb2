//! A person of the organisation as the directory shows them.

use serde::{Deserialize, Serialize};

/// What somebody is in the organisation. Roles are granted by administrators only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    Owner,
    Administrator,
    Clinician,
    Reception,
    #[default]
    Member,
    Guest,
    Patient,
}

/// One row of the `people` table. `id` is the Appwrite user id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// `$id` from the backend, `id` from where a client keeps it.
    #[serde(rename = "id", alias = "$id")]
    pub id: String,
    pub name: String,
    pub email: String,
    #[serde(default)]
    pub role: Role,
    /// What they do, in their own words: "Nurse".
    #[serde(default)]
    pub title: Option<String>,
    #[serde(default)]
    pub team: Option<String>,
    pub matrix_id: String,
    #[serde(default)]
    pub avatar_file_id: Option<String>,
}
