//! What tables there are, as somebody's schema shows them.

use rusqlite::Connection;
use serde::Deserialize;
use serde_json::Number;
use sha2::{Digest as _, Sha256};

use super::{
    names::{Taken, name},
    table::TABLE,
};
use crate::core::{
    caller::Caller,
    permissions::{self, Action},
    store::StoreError,
};

/// Tables in the schema, the oldest ones, and columns of them all.
pub const TABLES: usize = 200;
const COLUMNS: usize = 4000;

/// Names of arguments beside those of columns.
const ARGUMENTS: [&str; 3] = ["id", "permissions", "transactionId"];

/// Tables of one schema, and by what it is known.
#[derive(Debug, Default)]
pub struct Found {
    pub tables: Vec<Raw>,
    /// `database/table` of what has no name of its own.
    pub left_out: Vec<String>,
    pub key: Vec<u8>,
}

/// A table whose columns nobody read yet.
#[derive(Debug)]
pub struct Raw {
    pub name: String,
    pub database: String,
    pub id: String,
    columns: String,
}

/// A table of the schema.
#[derive(Debug)]
pub struct Table {
    pub name: String,
    pub database: String,
    pub id: String,
    pub columns: Vec<Column>,
    /// Columns without a field, and why.
    pub left_out: Vec<String>,
}

#[derive(Debug, PartialEq)]
pub struct Column {
    pub name: String,
    pub key: String,
    pub ty: Type,
    pub list: bool,
    pub required: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    Scalar(&'static str),
    /// A row, or several, of the table at this place of the schema.
    Related(usize),
}

/// The tables that are in the schema of a caller: those with whose rows they may do anything at all. What else there is,
/// an error about an unknown field must not tell them.
pub fn find(c: &Connection, caller: &Caller) -> Result<Found, StoreError> {
    let may_rows = |of: &dyn Fn(&str) -> bool| of("rows.read") || of("rows.write");
    if !may_rows(&|scope| caller.lends(scope))
        || caller.is_key() && !may_rows(&|scope| caller.has_scope(scope))
    {
        return Ok(Found::default());
    }
    let mut select = c.prepare_cached(
        "SELECT t.database_id, t.id, t.permissions, t.row_security, t.enabled AND d.enabled, t.columns,
           json_array_length(t.columns)
         FROM data_table t JOIN database d ON d.id = t.database_id ORDER BY t.number LIMIT ?1",
    )?;
    let mut rows = select.query([TABLES])?;
    let (mut taken, mut found, mut hash, mut columns) = (of_sdks(), Found::default(), Sha256::new(), 0_usize);
    while let Some(row) = rows.next()? {
        columns = columns.saturating_add(row.get(6)?);
        if columns > COLUMNS {
            break;
        }
        let (database, id): (String, String) = (row.get(0)?, row.get(1)?);
        let name = name(&format!("{database}_{id}"));
        // Before anything is passed over: a table has the same name for everybody.
        let is_own = taken.take(&[&name, &page(&name)]);
        let of_table: Vec<String> = serde_json::from_str(&row.get::<_, String>(2)?).unwrap_or_default();
        let (row_security, enabled): (bool, bool) = (row.get(3)?, row.get(4)?);
        let may = |action| permissions::allows(&of_table, action, caller);
        let actions = [Action::Read, Action::Create, Action::Update, Action::Delete];
        if !caller.is_key() && !(enabled && (row_security || actions.into_iter().any(may))) {
            continue;
        }
        let raw = Raw { name, database, id, columns: row.get(5)? };
        for part in [&raw.name, &raw.database, &raw.id, &raw.columns] {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
        hash.update([u8::from(is_own)]);
        if is_own {
            found.tables.push(raw);
        } else {
            found.left_out.push(format!("{}/{}", raw.database, raw.id));
        }
    }
    found.key = hash.finalize().to_vec();
    Ok(found)
}

/// The type of a page of rows.
pub fn page(name: &str) -> String {
    format!("{name}Page")
}

fn of_sdks() -> Taken {
    let (models, unions) = (TABLE.models.iter(), TABLE.unions.iter());
    Taken::of(models.map(|model| model.name).chain(unions.map(|union| union.name)))
}

/// Reads the columns of tables. One that cannot be read has none.
pub fn read(raws: Vec<Raw>) -> Vec<Table> {
    let places: Vec<(String, String)> =
        raws.iter().map(|raw| (raw.database.clone(), raw.id.clone())).collect();
    let table = |raw: Raw| {
        let known: Vec<Known> = serde_json::from_str(&raw.columns).unwrap_or_default();
        let (mut taken, mut columns, mut left_out) = (Taken::of(ARGUMENTS), Vec::new(), Vec::new());
        for known in known.into_iter().filter(|known| !known.is_hidden()) {
            let mut name = name(&known.key);
            if ARGUMENTS.contains(&name.as_str()) {
                name.push('_');
            }
            let place = |table: &str| {
                places.iter().position(|(database, id)| *database == raw.database && id == table)
            };
            match known.ty(place) {
                Err(why) => left_out.push(format!("{} ({why})", known.key)),
                Ok(_) if !taken.take(&[&name]) => {
                    left_out.push(format!("{} (another column has the name {name})", known.key));
                }
                Ok(ty) => columns.push(Column {
                    name,
                    list: known.is_list(),
                    required: known.required,
                    key: known.key,
                    ty,
                }),
            }
        }
        Table { name: raw.name, database: raw.database, id: raw.id, columns, left_out }
    };
    raws.into_iter().map(table).collect()
}

/// What a table keeps of a column, as much of it as concerns the schema.
#[derive(Debug, Deserialize)]
struct Known {
    key: String,
    kind: String,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    array: bool,
    #[serde(default)]
    min: Option<Number>,
    #[serde(default)]
    max: Option<Number>,
    relation: Option<Relation>,
}

#[derive(Debug, Deserialize)]
struct Relation {
    table: String,
    kind: String,
    side: String,
    two_way: bool,
}

impl Known {
    /// The other side of a one-way relationship is nobody's column.
    fn is_hidden(&self) -> bool {
        self.relation.as_ref().is_some_and(|relation| relation.side == "child" && !relation.two_way)
    }

    fn is_list(&self) -> bool {
        let sides = |relation: &Relation| (relation.kind.clone(), relation.side == "parent");
        match self.relation.as_ref().map(sides) {
            Some((kind, parent)) => match kind.as_str() {
                "manyToMany" => true,
                "oneToMany" => parent,
                "manyToOne" => !parent,
                _ => false,
            },
            None => self.array,
        }
    }

    fn ty(&self, place: impl Fn(&str) -> Option<usize>) -> Result<Type, &'static str> {
        if let Some(relation) = &self.relation {
            // What is selected of related rows is told apart by dots.
            if self.key.contains('.') {
                return Err("a relationship with a dot in its name");
            }
            return place(&relation.table).map(Type::Related).ok_or("its table is not in this schema");
        }
        let fits = |bound: &Option<Number>| {
            bound.as_ref().and_then(Number::as_i64).is_some_and(|bound| i32::try_from(bound).is_ok())
        };
        Ok(Type::Scalar(match self.kind.as_str() {
            "integer" | "bigint" if fits(&self.min) && fits(&self.max) => "Int",
            "integer" | "bigint" => "BigInt",
            "float" => "Float",
            "boolean" => "Boolean",
            "point" | "line" | "polygon" => "Json",
            _ => "String",
        }))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn raw(id: &str, columns: &serde_json::Value) -> Raw {
        Raw { name: name(id), database: "d".into(), id: id.into(), columns: columns.to_string() }
    }

    #[test]
    fn columns_have_types_and_names_of_their_own() {
        let columns = json!([
            { "key": "id", "kind": "string", "required": true },
            { "key": "id_", "kind": "string" },
            { "key": "a-b", "kind": "integer", "min": 0, "max": 100 },
            { "key": "a.b", "kind": "integer" },
            { "key": "big", "kind": "integer", "min": 0, "max": 9_000_000_000_i64 },
            { "key": "tags", "kind": "varchar", "array": true },
            { "key": "where", "kind": "point" },
            { "key": "books", "kind": "relationship",
              "relation": { "table": "books", "kind": "oneToMany", "side": "parent", "two_way": false } },
            { "key": "secrets", "kind": "relationship",
              "relation": { "table": "secrets", "kind": "oneToOne", "side": "parent", "two_way": false } },
            { "key": "unseen", "kind": "relationship",
              "relation": { "table": "books", "kind": "oneToMany", "side": "child", "two_way": false } },
        ]);
        let tables =
            read(vec![raw("authors", &columns), raw("books", &json!([])), raw("odd", &json!("none"))]);
        let of = |name: &str| tables[0].columns.iter().find(|column| column.name == name).expect("there");
        assert_eq!((of("id_").key.as_str(), of("id_").required), ("id", true));
        assert_eq!((of("a_b").key.as_str(), of("a_b").ty), ("a-b", Type::Scalar("Int")));
        assert_eq!(of("big").ty, Type::Scalar("BigInt"));
        assert!(of("tags").list && of("where").ty == Type::Scalar("Json"));
        assert!(of("books").list && of("books").ty == Type::Related(1));
        assert_eq!(tables[0].columns.len(), 6);
        let reasons = tables[0].left_out.join(", ");
        for key in ["id_ (another", "a.b (another", "secrets (its table"] {
            assert!(reasons.contains(key), "{reasons}");
        }
        assert!(tables[2].columns.is_empty());
    }
}
