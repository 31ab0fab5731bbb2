//! The kinds of columns, as the paths name them.

use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    String,
    Varchar,
    Text,
    Mediumtext,
    Longtext,
    Integer,
    Bigint,
    Float,
    Boolean,
    Email,
    Url,
    Ip,
    Enum,
    Datetime,
    Point,
    Line,
    Polygon,
    Relationship,
}

impl Kind {
    /// The kind as a path names it.
    pub fn of(word: &str) -> Option<Self> {
        serde_json::from_value(json!(word)).ok()
    }

    /// The kind as a definition within a table names it: by Appwrite's type, and a format for special texts.
    pub fn of_type(name: &str, format: Option<&str>) -> Option<Self> {
        match (name, format.filter(|format| !format.is_empty())) {
            ("string", Some(format @ ("email" | "url" | "ip" | "enum"))) => Self::of(format),
            ("string" | "datetime", _) => Self::of(name),
            ("double", _) => Some(Self::Float),
            ("linestring", _) => Some(Self::Line),
            (name, _) => Self::of(name),
        }
    }

    /// What Appwrite calls the column's type: e-mails and the like are strings with a format.
    pub fn type_name(self) -> &'static str {
        match self {
            Self::String | Self::Email | Self::Url | Self::Ip | Self::Enum => "string",
            Self::Varchar => "varchar",
            Self::Text => "text",
            Self::Mediumtext => "mediumtext",
            Self::Longtext => "longtext",
            Self::Integer => "integer",
            Self::Bigint => "bigint",
            Self::Float => "double",
            Self::Boolean => "boolean",
            Self::Datetime => "datetime",
            Self::Point => "point",
            Self::Line => "linestring",
            Self::Polygon => "polygon",
            Self::Relationship => "relationship",
        }
    }

    /// The format that tells apart what has the same type. A date has one too, and it is empty.
    pub fn format(self) -> Option<&'static str> {
        match self {
            Self::Email => Some("email"),
            Self::Url => Some("url"),
            Self::Ip => Some("ip"),
            Self::Enum => Some("enum"),
            Self::Datetime => Some(""),
            _ => None,
        }
    }

    /// The column's type in SQLite. Places are GeoJSON's coordinates as text.
    pub fn sql(self) -> &'static str {
        match self {
            Self::Integer | Self::Bigint | Self::Boolean => "INTEGER",
            Self::Float => "REAL",
            _ => "TEXT",
        }
    }

    /// Whether the one who makes the column says how long its texts may be.
    pub fn is_sized(self) -> bool {
        matches!(self, Self::String | Self::Varchar)
    }

    /// Characters at most where the kind itself says so.
    pub fn longest(self) -> Option<usize> {
        match self {
            Self::Text => Some(16_383),
            Self::Mediumtext => Some(4_194_303),
            Self::Longtext => Some(1_073_741_823),
            Self::Email => Some(320),
            Self::Url => Some(2_000),
            Self::Ip => Some(39),
            _ => None,
        }
    }

    pub fn is_whole(self) -> bool {
        matches!(self, Self::Integer | Self::Bigint)
    }

    pub fn is_number(self) -> bool {
        self.is_whole() || self == Self::Float
    }

    /// A place on a map.
    pub fn is_place(self) -> bool {
        matches!(self, Self::Point | Self::Line | Self::Polygon)
    }

    /// Text in which one can search for words.
    pub fn is_text(self) -> bool {
        matches!(self, Self::String | Self::Varchar | Self::Text | Self::Mediumtext | Self::Longtext)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_found_by_its_path_and_by_its_type() {
        assert_eq!(Kind::of("mediumtext"), Some(Kind::Mediumtext));
        assert_eq!(Kind::of("String"), None);
        for kind in
            [Kind::Email, Kind::Enum, Kind::Float, Kind::Line, Kind::Datetime, Kind::Bigint, Kind::String]
        {
            assert_eq!(Kind::of_type(kind.type_name(), kind.format()), Some(kind));
        }
        assert_eq!(Kind::of_type("string", Some("color")), Some(Kind::String));
    }
}
