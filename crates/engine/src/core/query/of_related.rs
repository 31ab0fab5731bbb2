//! Conditions on related rows (`author.name`). Those that follow the same relationship speak of one and the same related
//! row, as all of them stand before the same `IN`.

use rusqlite::types::Value as Sql;

use super::{Fields, Raw, condition::Compiler, invalid};
use crate::core::error::ApiResult;

/// Relationships that a condition follows at most.
const FARTHEST: usize = 3;
/// Values that are looked for in a related row each.
const ACROSS: usize = 20;

/// The rows that a relationship leads to.
pub struct Related<'a> {
    /// The condition up to those of the related rows: `"author" IN (SELECT "$id" FROM "rows_7"`.
    pub rows: String,
    /// What closes it.
    pub end: &'static str,
    /// Which of these rows whoever asks may see, with the values: nothing where that is all of them.
    pub seen: Option<(String, Vec<Sql>)>,
    pub fields: Box<dyn Fields + 'a>,
}

/// What is asked of one related row.
struct Group<'a> {
    key: String,
    related: Related<'a>,
    conditions: Vec<Raw>,
}

impl Compiler<'_> {
    /// Conditions that all hold.
    pub fn all(&mut self, raws: Vec<Raw>, depth: usize) -> ApiResult<Vec<String>> {
        let fields = self.fields;
        let (mut parts, mut groups) = (Vec::new(), Vec::<Group<'_>>::new());
        for mut raw in raws {
            let name = raw.attribute.clone().unwrap_or_default();
            let path = name.split_once('.');
            let Some((key, rest)) = path.filter(|_| !matches!(raw.method.as_str(), "and" | "or")) else {
                parts.push(self.condition(&raw, depth)?);
                continue;
            };
            let Some(related) = fields.related(&name)? else {
                parts.push(self.condition(&raw, depth)?);
                continue;
            };
            raw.attribute = Some(rest.to_owned());
            if raw.method == "containsAll" {
                parts.push(self.across(&related, &raw, depth)?);
                continue;
            }
            match groups.iter_mut().find(|group| group.key == key) {
                Some(group) => group.conditions.push(raw),
                None => groups.push(Group { key: key.to_owned(), related, conditions: vec![raw] }),
            }
        }
        for group in groups {
            once_equal(&group)?;
            parts.push(self.of_related(&group.related, group.conditions, depth)?);
        }
        Ok(parts)
    }

    /// Every value, each in a related row of its own.
    fn across(&mut self, related: &Related<'_>, raw: &Raw, depth: usize) -> ApiResult<String> {
        if raw.values.is_empty() || raw.values.len() > ACROSS {
            return Err(invalid(format!("'containsAll' on related rows has 1 to {ACROSS} values")));
        }
        let each = raw.values.iter().map(|value| {
            let attribute = raw.attribute.clone();
            let equal = Raw { method: "equal".into(), attribute, values: vec![value.clone()] };
            self.of_related(related, vec![equal], depth)
        });
        Ok(format!("({})", each.collect::<ApiResult<Vec<_>>>()?.join(" AND ")))
    }

    fn of_related(&mut self, related: &Related<'_>, raws: Vec<Raw>, depth: usize) -> ApiResult<String> {
        if self.related >= FARTHEST {
            return Err(invalid(format!("a condition follows at most {FARTHEST} relationships")));
        }
        let mut parts = Vec::new();
        if let Some((condition, values)) = &related.seen {
            parts.push(condition.clone());
            self.values.extend_from_slice(values);
        }
        let mut within =
            Compiler { fields: &*related.fields, values: self.values, related: self.related + 1 };
        parts.extend(within.all(raws, depth)?);
        Ok(format!("({} WHERE {}{})", related.rows, parts.join(" AND "), related.end))
    }
}

/// One row has one value: two that must both be equal are a mistake.
fn once_equal(group: &Group<'_>) -> ApiResult<()> {
    let mut equal: Vec<&str> = Vec::new();
    for raw in group.conditions.iter().filter(|raw| raw.method == "equal") {
        let attribute = raw.attribute.as_deref().unwrap_or_default();
        if equal.contains(&attribute) {
            return Err(invalid(format!(
                "multiple equal queries on '{}.{attribute}' will never match a single row: use containsAll to match across \
                 different related rows",
                group.key
            )));
        }
        equal.push(attribute);
    }
    Ok(())
}
