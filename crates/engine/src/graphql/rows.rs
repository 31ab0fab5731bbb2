//! Operations on the rows of one table each, with a field for every column. They are the operations on rows that the SDKs
//! know, with their arguments written otherwise: each runs as one of those.

use std::sync::Arc;

use async_graphql::{
    SelectionField, Value,
    dynamic::{
        Field, FieldFuture, FieldValue, InputValue, Object, ResolverContext, Scalar, SchemaBuilder, TypeRef,
    },
};
use serde_json::{Map, Value as Json, json};

use super::{
    answer::{self, Refused},
    defined::{Column, Table, Type, page},
    operation::{Carrier, Linked, link},
    schema::{given, said, settled, type_ref},
    table::{self, TABLE},
};
use crate::core::routes::Route;

/// Names of attributes in one `select` of ours; a query has 4,096 characters at most.
const SELECTED: usize = 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Get,
    List,
    Create,
    Update,
    Delete,
}

/// An argument beside the columns: its name, how the operation calls it, and its type.
type Argument = (&'static str, &'static str, &'static str);

const TRANSACTION: Argument = ("transactionId", "transactionId", "String");
const PERMISSIONS: Argument = ("permissions", "permissions", "[String]");

impl Verb {
    const ALL: [Self; 5] = [Self::Get, Self::List, Self::Create, Self::Update, Self::Delete];

    fn reads(self) -> bool {
        matches!(self, Self::Get | Self::List)
    }

    fn writes_columns(self) -> bool {
        matches!(self, Self::Create | Self::Update)
    }

    /// What the SDKs have for it.
    fn operation(self) -> &'static str {
        match self {
            Self::Get => "tablesDBGetRow",
            Self::List => "tablesDBListRows",
            Self::Create => "tablesDBCreateRow",
            Self::Update => "tablesDBUpdateRow",
            Self::Delete => "tablesDBDeleteRow",
        }
    }

    fn arguments(self) -> &'static [Argument] {
        const ID: Argument = ("id", "rowId", "String!");
        match self {
            Self::Get | Self::Delete => &[ID, TRANSACTION],
            Self::List => &[("queries", "queries", "[String]"), ("total", "total", "Boolean"), TRANSACTION],
            Self::Create => &[("id", "rowId", "String"), PERMISSIONS, TRANSACTION],
            Self::Update => &[ID, PERMISSIONS, TRANSACTION],
        }
    }
}

/// The tables of a schema, and the operations on their rows.
pub struct Tables {
    tables: Vec<Table>,
    links: Vec<(Verb, Linked)>,
}

impl Tables {
    pub fn new(tables: Vec<Table>, routes: &[Route]) -> Self {
        let linked = |verb: Verb| {
            let operation = TABLE.operations.iter().find(|known| known.name == verb.operation())?;
            Some((verb, link(operation, routes)?))
        };
        Self { tables, links: Verb::ALL.into_iter().filter_map(linked).collect() }
    }

    /// Fields that answer several rows.
    pub fn lists(&self) -> impl Iterator<Item = String> {
        let many = |table: &Table| {
            let many = |column: &&Column| column.list && matches!(column.ty, Type::Related(_));
            table.columns.iter().filter(many).map(|column| column.name.clone()).collect::<Vec<_>>()
        };
        let lists = self.tables.iter().map(|table| format!("{}{:?}", table.name, Verb::List));
        lists.chain(self.tables.iter().flat_map(many))
    }

    pub fn add(
        self,
        mut builder: SchemaBuilder,
        mut query: Object,
        mut mutation: Object,
    ) -> (SchemaBuilder, Object, Object) {
        let tables = Arc::new(self);
        builder = builder.register(
            Scalar::new("BigInt").description("A whole number of up to 64 bits, as a number or as a text."),
        );
        for (place, table) in tables.tables.iter().enumerate() {
            builder = builder.register(tables.of_row(table)).register(of_page(table));
            for at in 0..tables.links.len() {
                let field = tables.operation(place, at);
                if tables.links[at].0.reads() {
                    query = query.field(field);
                } else {
                    mutation = mutation.field(field);
                }
            }
        }
        (builder, query, mutation)
    }

    fn of_row(&self, table: &Table) -> Object {
        let mut description = format!("A row of the table '{}' of '{}'.", table.id, table.database);
        if !table.left_out.is_empty() {
            description.push_str(&format!(" Columns without a field: {}.", table.left_out.join(", ")));
        }
        let mut object = Object::new(&table.name).description(description);
        let model = TABLE.models.iter().find(|model| model.name == "Row");
        for &(name, ty) in
            model.into_iter().flat_map(|model| &model.fields).filter(|(name, _)| *name != "data")
        {
            object = object.field(Field::new(name, type_ref(ty), move |context| {
                let value = context.parent_value.as_value();
                FieldFuture::Value(value.and_then(|parent| answer::field("Row", name, ty, parent)))
            }));
        }
        for column in &table.columns {
            let key = column.key.clone();
            let ty = match column.ty {
                Type::Scalar(name) => name,
                Type::Related(place) => &self.tables[place].name,
            };
            let (list, is_related) = (column.list, matches!(column.ty, Type::Related(_)));
            object = object.field(Field::new(&column.name, typed(ty, list), move |context| {
                let Some(Value::Object(row)) = context.parent_value.as_value() else {
                    return FieldFuture::Value(None);
                };
                FieldFuture::Value(row.get(key.as_str()).and_then(|value| shown(value, list, is_related)))
            }));
        }
        object
    }

    fn operation(self: &Arc<Self>, place: usize, at: usize) -> Field {
        let (table, verb) = (&self.tables[place], self.links[at].0);
        let ty = match verb {
            Verb::List => TypeRef::named(page(&table.name)),
            Verb::Delete => TypeRef::named(self.links[at].1.operation.answer.name),
            Verb::Get | Verb::Create | Verb::Update => TypeRef::named(&table.name),
        };
        let tables = self.clone();
        let mut field = Field::new(format!("{}{verb:?}", table.name), ty, move |context| {
            let tables = tables.clone();
            FieldFuture::new(async move {
                let answer = tables.run(place, at, &context).await?;
                Ok(settled(&context, answer).map(FieldValue::value))
            })
        });
        for &(name, _, ty) in verb.arguments() {
            let plain = ty.trim_end_matches('!').trim_matches(['[', ']']);
            let typed = typed(plain, ty.starts_with('['));
            let typed = if ty.ends_with('!') { TypeRef::NonNull(Box::new(typed)) } else { typed };
            field = field.argument(InputValue::new(name, typed));
        }
        for column in table.columns.iter().filter(|_| verb.writes_columns()) {
            let typed = match column.ty {
                Type::Scalar(name) => typed(name, column.list),
                // Ids, or rows that are written with it.
                Type::Related(_) => TypeRef::named("Json"),
            };
            let must = column.required && verb == Verb::Create;
            let typed = if must { TypeRef::NonNull(Box::new(typed)) } else { typed };
            field = field.argument(InputValue::new(&column.name, typed));
        }
        field
    }

    async fn run(
        &self,
        place: usize,
        at: usize,
        context: &ResolverContext<'_>,
    ) -> async_graphql::Result<Result<Value, Refused>> {
        let carrier = context.data::<Arc<Carrier>>()?;
        let (table, (verb, linked)) = (&self.tables[place], &self.links[at]);
        let mut arguments = Map::new();
        arguments.insert("databaseId".to_owned(), json!(table.database));
        arguments.insert("tableId".to_owned(), json!(table.id));
        for &(name, meant, ty) in verb.arguments() {
            if let Some(value) = given(context, name)? {
                arguments.insert(meant.to_owned(), if ty.starts_with('[') { listed(value) } else { value });
            }
        }
        if *verb == Verb::Create && arguments.get("rowId").is_none_or(Json::is_null) {
            arguments.insert("rowId".to_owned(), json!("unique()"));
        }
        if verb.writes_columns() {
            let mut data = Map::new();
            for column in &table.columns {
                if let Some(value) = given(context, &column.name)? {
                    data.insert(column.key.clone(), meant(column, value));
                }
            }
            // Without it an update changes permissions alone.
            if *verb == Verb::Create || !data.is_empty() {
                arguments.insert("data".to_owned(), Json::Object(data));
            }
        }
        let mut related = Vec::new();
        let field = context.field();
        match verb {
            Verb::List => {
                for rows in field.selection_set().filter(|inner| inner.name() == "rows") {
                    self.select(place, rows, "", &mut related);
                }
            }
            Verb::Delete => {}
            Verb::Get | Verb::Create | Verb::Update => self.select(place, field, "", &mut related),
        }
        if verb.reads() {
            with_selected(&mut arguments, &related);
        }
        let again = arguments.clone();
        let answer = match linked.run(carrier, arguments).await {
            Ok(answer) => answer,
            Err(refused) => return Ok(Err(refused)),
        };
        if related.is_empty() || verb.reads() {
            return Ok(said(answer));
        }
        // A change answers the row alone: what it is related to is read as anybody would read it.
        match self.read_again(carrier, again, &answer, &related).await {
            Ok(read) => Ok(said(read)),
            Err(refused) => {
                context.add_error(context.set_error_path(refused.at(context.item.pos)));
                Ok(said(answer))
            }
        }
    }

    async fn read_again(
        &self,
        carrier: &Carrier,
        written: Map<String, Json>,
        answer: &Json,
        related: &[String],
    ) -> Result<Json, Refused> {
        let Some((_, get)) = self.links.iter().find(|(verb, _)| *verb == Verb::Get) else {
            return Ok(answer.clone());
        };
        let mut arguments: Map<String, Json> = written
            .into_iter()
            .filter(|(name, _)| matches!(name.as_str(), "databaseId" | "tableId" | "transactionId"))
            .collect();
        arguments.insert("rowId".to_owned(), answer["$id"].clone());
        with_selected(&mut arguments, related);
        get.run(carrier, arguments).await
    }

    /// The related rows that are asked for below a row: `author.*`, `author.publisher.*`.
    fn select(&self, place: usize, row: SelectionField<'_>, path: &str, selected: &mut Vec<String>) {
        for field in row.selection_set() {
            let column = self.tables[place].columns.iter().find(|column| column.name == field.name());
            if let Some(Column { key, ty: Type::Related(related), .. }) = column {
                let path = format!("{path}{key}.");
                let all = format!("{path}*");
                if !selected.contains(&all) {
                    selected.push(all);
                }
                self.select(*related, field, &path, selected);
            }
        }
    }
}

fn of_page(table: &Table) -> Object {
    let of = |name: &'static str, ty: TypeRef, is_rows: bool| {
        Field::new(name, ty, move |context| {
            let Some(Value::Object(page)) = context.parent_value.as_value() else {
                return FieldFuture::Value(None);
            };
            FieldFuture::Value(page.get(name).and_then(|value| shown(value, is_rows, is_rows)))
        })
    };
    Object::new(page(&table.name))
        .description(format!("A page of rows of the table '{}' of '{}'.", table.id, table.database))
        .field(of("total", typed("Int", false), false))
        .field(of("rows", typed(&table.name, true), true))
}

fn typed(name: &str, list: bool) -> TypeRef {
    let one = TypeRef::named(name);
    if list { TypeRef::List(Box::new(one)) } else { one }
}

/// A value for a field; none where it is not what the column says. Related rows that were not loaded are not there.
fn shown(value: &Value, list: bool, is_row: bool) -> Option<FieldValue<'static>> {
    match value {
        Value::Null => None,
        Value::List(values) if list => {
            Some(FieldValue::list(values.iter().filter_map(|value| shown(value, false, is_row))))
        }
        _ if list => None,
        Value::Object(_) => Some(FieldValue::value(value.clone())),
        _ if is_row => None,
        other => Some(FieldValue::value(other.clone())),
    }
}

/// One value stands for a list of it.
fn listed(value: Json) -> Json {
    match value {
        Json::Null | Json::Array(_) => value,
        one => json!([one]),
    }
}

/// A value for a column, as the operation reads it.
fn meant(column: &Column, value: Json) -> Json {
    let one = |value: Json| match (column.ty, &value) {
        (Type::Scalar("BigInt"), Json::String(text)) => text.parse::<i64>().map_or(value, Json::from),
        (Type::Scalar("Json") | Type::Related(_), _) => {
            Linked::given(table::Type { name: "Json", lists: 0 }, value)
        }
        _ => value,
    };
    match value {
        Json::Array(values) if column.list => values.into_iter().map(one).collect(),
        value if column.list => match one(value) {
            list @ Json::Array(_) => list,
            value => listed(value),
        },
        value => one(value),
    }
}

/// Adds what is selected to the queries.
fn with_selected(arguments: &mut Map<String, Json>, related: &[String]) {
    if related.is_empty() {
        return;
    }
    let queries = arguments.entry("queries").or_insert_with(|| json!([]));
    if queries.is_null() {
        *queries = json!([]);
    }
    let Json::Array(queries) = queries else { return };
    // Where nothing else is selected every column is.
    let own = |query: &Json| query.as_str().is_some_and(is_select);
    let all = if queries.iter().any(own) { None } else { Some("*") };
    let names: Vec<&str> = all.into_iter().chain(related.iter().map(String::as_str)).collect();
    for names in names.chunks(SELECTED) {
        queries.push(json!(json!({ "method": "select", "values": names }).to_string()));
    }
}

fn is_select(text: &str) -> bool {
    serde_json::from_str::<Json>(text).is_ok_and(|query| query["method"] == "select")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(ty: Type, list: bool) -> Column {
        Column { name: "c".into(), key: "c".into(), ty, list, required: false }
    }

    #[test]
    fn values_are_meant_as_their_column_says() {
        let big = column(Type::Scalar("BigInt"), false);
        assert_eq!(meant(&big, json!("9007199254740993")), json!(9_007_199_254_740_993_i64));
        assert_eq!(meant(&big, json!("many")), json!("many"));
        let bigs = column(Type::Scalar("BigInt"), true);
        assert_eq!(meant(&bigs, json!(["1", 2])), json!([1, 2]));
        assert_eq!(meant(&bigs, json!(1)), json!([1]));
        assert_eq!(meant(&bigs, Json::Null), Json::Null);
        let place = column(Type::Scalar("Json"), false);
        assert_eq!(meant(&place, json!("[1, 2]")), json!([1, 2]));
        let rows = column(Type::Related(0), true);
        assert_eq!(meant(&rows, json!("[\"a\", {\"title\": \"B\"}]")), json!(["a", { "title": "B" }]));
        assert_eq!(meant(&rows, json!("a")), json!(["a"]));
        let text = column(Type::Scalar("String"), false);
        assert_eq!(meant(&text, json!("[1]")), json!("[1]"));
    }

    #[test]
    fn what_is_selected_goes_with_the_queries() {
        let related = ["author.*".to_owned(), "author.publisher.*".to_owned()];
        let mut arguments = Map::new();
        with_selected(&mut arguments, &[]);
        assert!(arguments.is_empty());
        with_selected(&mut arguments, &related);
        let query: Json =
            serde_json::from_str(arguments["queries"][0].as_str().expect("text")).expect("JSON");
        assert_eq!(query, json!({ "method": "select", "values": ["*", "author.*", "author.publisher.*"] }));
        let own = json!({ "method": "select", "values": ["title"] }).to_string();
        let mut arguments: Map<String, Json> = [("queries".to_owned(), json!([own]))].into_iter().collect();
        with_selected(&mut arguments, &related);
        assert!(!arguments["queries"][1].as_str().expect("text").contains("\"*\""));
    }
}
