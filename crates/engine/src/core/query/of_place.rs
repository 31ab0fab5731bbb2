//! Conditions on places. Where an R*Tree knows the rectangles around them, it is asked first.

use rusqlite::types::Value as Sql;
use serde_json::Value;

use super::{
    Raw,
    condition::{Compiler, unknown},
    field::{Field, Search},
    invalid,
    places::{Bounds, Relation, read},
};
use crate::core::error::ApiResult;

impl Compiler<'_> {
    pub fn of_place(&mut self, field: &Field, raw: &Raw) -> ApiResult<String> {
        if let Some(test) = raw.method.strip_prefix("distance") {
            return self.distance(field, raw, test);
        }
        let (relation, not) = match raw.method.as_str() {
            "equal" => (Relation::Equals, false),
            "notEqual" => (Relation::Equals, true),
            "notContains" => (Relation::Contains, true),
            "notCrosses" => (Relation::Crosses, true),
            "notIntersects" => (Relation::Intersects, true),
            "notOverlaps" => (Relation::Overlaps, true),
            "notTouches" => (Relation::Touches, true),
            other => (Relation::named(other).ok_or_else(|| unknown(other))?, false),
        };
        let mut parts = Vec::new();
        for value in &raw.values {
            let place = read(value).ok_or_else(|| no_place(value))?;
            // What is not near has no part in the tree's answer, so the tree says nothing about what is not so.
            let near = Bounds::around(&place).filter(|_| !not).and_then(|bounds| self.near(field, bounds));
            self.values.push(Sql::Text(value.to_string()));
            let near = near.map_or_else(String::new, |near| format!("{near} AND "));
            parts.push(format!("({near}places_relate('{}', {}, ?))", relation.name(), field.sql));
        }
        let any = parts.join(" OR ");
        Ok(if not { format!("(NOT ({any}))") } else { format!("({any})") })
    }

    /// `[place, distance, metres]`
    fn distance(&mut self, field: &Field, raw: &Raw, test: &str) -> ApiResult<String> {
        let sign = match test {
            "Equal" => "=",
            "NotEqual" => "<>",
            "GreaterThan" => ">",
            "LessThan" => "<",
            _ => return Err(unknown(&raw.method)),
        };
        let wrong = || invalid(format!("'{}' needs [place, distance, metres]", raw.method));
        let given = raw.values.first().and_then(Value::as_array).ok_or_else(wrong)?;
        let (value, distance) = (given.first().ok_or_else(wrong)?, given.get(1).and_then(Value::as_f64));
        let distance = distance.filter(|distance| *distance >= 0.0).ok_or_else(wrong)?;
        let metres = given.get(2).is_none_or(|metres| metres.as_bool().unwrap_or(true));
        let place = read(value).ok_or_else(|| no_place(value))?;
        let near = Bounds::around(&place)
            .filter(|_| sign == "<")
            .and_then(|bounds| bounds.widened(distance, metres))
            .and_then(|bounds| self.near(field, bounds));
        self.values.extend([
            Sql::Text(value.to_string()),
            Sql::Integer(i64::from(metres)),
            Sql::Real(distance),
        ]);
        let near = near.map_or_else(String::new, |near| format!("{near} AND "));
        Ok(format!("({near}places_distance({}, ?, ?) {sign} ?)", field.sql))
    }

    /// The rows whose rectangles meet the bounds, if a tree knows them.
    fn near(&mut self, field: &Field, bounds: Bounds) -> Option<String> {
        let Search::Index { rows, table, .. } = &field.search else { return None };
        self.values.extend([bounds.x.0, bounds.x.1, bounds.y.0, bounds.y.1].map(Sql::Real));
        Some(format!(
            "{rows} IN (SELECT id FROM {table} WHERE max_x >= ? AND min_x <= ? AND max_y >= ? AND min_y <= ?)"
        ))
    }
}

fn no_place(value: &Value) -> crate::core::error::ApiError {
    invalid(format!("{value} is no place"))
}
