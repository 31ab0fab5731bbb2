//! Changing a row: what is not given stays as it is.

use rusqlite::{params_from_iter, types::Value as Sql};
use serde_json::{Value, json};

use super::{
    data,
    insert::exists,
    operation::{NewRow, Work},
    operator::Operator,
    row::missing,
};
use crate::{
    core::{
        permissions::{self, Action},
        store::{StoreError, is_conflict},
    },
    tables::table::Table,
};

impl Work<'_> {
    pub fn change(&mut self, table: &Table, new: &NewRow, told: &str) -> Result<Value, StoreError> {
        let known = table.find_for(self.tx, &new.id, self.caller, Action::Update)?;
        let times = data::check(table, new, Some(&known), self.caller)?;
        let mut values = vec![Sql::Integer(times.updated.unwrap_or(self.now))];
        let mut names = "\"$updated\" = ?".to_owned();
        for column in table.own() {
            let Some(given) = new.data.get(&column.key) else { continue };
            let value = match Operator::of(given) {
                Some(operator) => {
                    let made = operator.apply(column, &known[&column.key], self.now)?;
                    table.bind(column, &new.id, &made)?
                }
                None => table.bind(column, &new.id, given)?,
            };
            names.push_str(&format!(", {} = ?", column.sql()));
            values.push(value);
        }
        if let Some(created) = times.created {
            names.push_str(", \"$created\" = ?");
            values.push(Sql::Integer(created));
        }
        if let Some(given) = &new.permissions {
            let permissions = permissions::for_new(Some(given.clone()), self.caller)?;
            names.push_str(", \"$permissions\" = ?");
            values.push(Sql::Text(json!(permissions).to_string()));
        }
        let links = self.links_within(table, &new.id, &new.data)?;
        for link in &links {
            names.push_str(&format!(", \"{}\" = ?", link.column));
            values.push(Sql::Text(link.other.to_owned()));
        }
        self.relate(table, &new.id, &new.data, &links)?;
        self.write(table, &new.id, &names, values, told)
    }

    /// Sets columns of a row that is there, and tells of it.
    pub fn write(
        &mut self,
        table: &Table,
        id: &str,
        names: &str,
        mut values: Vec<Sql>,
        told: &str,
    ) -> Result<Value, StoreError> {
        values.push(Sql::Text(id.to_owned()));
        let sql = format!("UPDATE {} SET {names} WHERE \"$id\" = ?", table.sql());
        match self.tx.prepare_cached(&sql)?.execute(params_from_iter(values)) {
            Err(error) if is_conflict(&error) => return Err(exists().into()),
            other => other?,
        };
        let row = table.find(self.tx, id)?.ok_or_else(missing)?;
        self.tell(table, &row, told)?;
        Ok(row)
    }
}
