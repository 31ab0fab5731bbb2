//! `POST /telestack/v1/profile`: how somebody changes what others see of them.

use serde::{Deserialize, Serialize};

/// What is not given stays. Answered with the person's row of the directory as it is now ([`crate::Person`] reads it).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProfileChange {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A picture that the person has put into [`crate::AVATARS_BUCKET`]; empty: no picture any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar_file_id: Option<String>,
}
