//! The schema: an operation for each route that Appwrite's SDKs know, made when it is asked for first, and operations for
//! tables.

use std::{
    collections::HashSet,
    sync::{Arc, LazyLock},
};

use async_graphql::{
    Name, Value,
    dynamic::{
        Field, FieldFuture, FieldValue, InputValue, Object, ResolverContext, Scalar, Schema, SchemaError,
        TypeRef, Union,
    },
};
use serde_json::{Map, Value as Json};

use super::{
    answer::{Refused, field, shaped},
    defined::{Raw, TABLES, read},
    operation::{Carrier, Linked, link},
    rows::Tables,
    table::{TABLE, Type},
};
use crate::{core::error::ApiError, route_table};

/// Directives on one field.
const DIRECTIVES: usize = 8;

/// Names of the variables that came with a query, whatever their value.
pub struct Given(pub HashSet<String>);

/// A schema, and which of its fields answer many things.
pub struct Built {
    pub schema: Schema,
    lists: HashSet<String>,
}

impl Built {
    /// Whether a field answers a page of a list.
    pub fn lists(&self, name: &str) -> bool {
        self.lists.contains(name) || TABLE.operations.iter().any(|known| known.name == name && known.lists())
    }
}

/// The schema without tables.
pub static PLAIN: LazyLock<Result<Arc<Built>, SchemaError>> = LazyLock::new(|| build(Vec::new(), &[]));

/// A schema with tables. `left_out` are those that it has no name for.
pub fn build(tables: Vec<Raw>, left_out: &[String]) -> Result<Arc<Built>, SchemaError> {
    let routes = route_table();
    let (mut query, mut mutation) = (Object::new("Query"), Object::new("Mutation"));
    let mut needed = Vec::new();
    for linked in TABLE.operations.iter().filter_map(|operation| link(operation, &routes)) {
        needed.push(linked.operation.answer.name);
        let reads = linked.operation.method == "GET";
        let field = of_operation(linked);
        if reads {
            query = query.field(field);
        } else {
            mutation = mutation.field(field);
        }
    }
    let mut builder = Schema::build("Query", Some("Mutation"), None)
        .register(
            Scalar::new("Json").description("A value of any form. A text that is JSON is read as such."),
        )
        .limit_directives(DIRECTIVES)
        .disable_suggestions();
    let mut known = HashSet::new();
    while let Some(name) = needed.pop() {
        if !known.insert(name) {
            continue;
        }
        if let Some(model) = TABLE.models.iter().find(|model| model.name == name) {
            let object = model.fields.iter().fold(Object::new(name), |object, &(field, ty)| {
                needed.push(ty.name);
                object.field(of_model(name, field, ty))
            });
            builder = builder.register(object);
        } else if let Some(union) = TABLE.unions.iter().find(|union| union.name == name) {
            needed.extend(&union.members);
            let object = Union::new(name);
            let union = union.members.iter().copied().fold(object, Union::possible_type);
            builder = builder.register(union);
        }
    }
    let mut lists = HashSet::new();
    if !tables.is_empty() {
        let tables = Tables::new(read(tables), &routes);
        lists.extend(tables.lists());
        (builder, query, mutation) = tables.add(builder, query, mutation);
    }
    query = query.description(described(left_out));
    Ok(Arc::new(Built { schema: builder.register(query).register(mutation).finish()?, lists }))
}

fn described(left_out: &[String]) -> String {
    let mut text = format!(
        "The operations of the SDKs, and those of the first {TABLES} tables: `DATABASE_TABLEGet`, `List`, `Create`, `Update` and \
         `Delete`, where what is no letter or digit of an id is `_`."
    );
    if !left_out.is_empty() {
        text.push_str(&format!(" Tables whose names are others' already: {}.", left_out.join(", ")));
    }
    text
}

fn of_operation(linked: Linked) -> Field {
    let linked = Arc::new(linked);
    let operation = linked.operation;
    let field = Field::new(operation.name, type_ref(operation.answer), move |context| {
        let linked = linked.clone();
        FieldFuture::new(async move { resolve(&linked, &context).await })
    });
    operation.arguments.iter().fold(field, |field, argument| {
        let ty = type_ref(argument.ty);
        let ty = if argument.required { TypeRef::NonNull(Box::new(ty)) } else { ty };
        field.argument(InputValue::new(argument.name, ty))
    })
}

async fn resolve<'a>(
    linked: &Linked,
    context: &ResolverContext<'a>,
) -> async_graphql::Result<Option<FieldValue<'a>>> {
    let carrier = context.data::<Arc<Carrier>>()?;
    let mut arguments = Map::new();
    for argument in &linked.operation.arguments {
        if let Some(value) = given(context, argument.name)? {
            arguments.insert(argument.name.to_owned(), Linked::given(argument.ty, value));
        }
    }
    let answer = linked.run(carrier, arguments).await.and_then(said);
    Ok(settled(context, answer).and_then(|answer| shaped(linked.operation.answer, answer)))
}

/// An answer as GraphQL has it.
pub fn said(answer: Json) -> Result<Value, Refused> {
    Value::from_json(answer).map_err(|_| ApiError::argument("The answer cannot be said.").into())
}

/// What was answered. Why there is nothing is kept beside the data, so that the field is there and null.
pub fn settled(context: &ResolverContext<'_>, answer: Result<Value, Refused>) -> Option<Value> {
    answer.map_err(|refused| context.add_error(context.set_error_path(refused.at(context.item.pos)))).ok()
}

/// The value of an argument that says something.
pub fn given(context: &ResolverContext<'_>, argument: &str) -> async_graphql::Result<Option<Json>> {
    let value = context.args.get(argument).filter(|_| is_given(context, argument));
    Ok(value.map(|value| value.as_value().clone().into_json()).transpose()?)
}

/// Whether an argument says something: one that is a variable which did not come and has no default does not, and is not
/// the same as null.
fn is_given(context: &ResolverContext<'_>, argument: &str) -> bool {
    if context.args.get(argument).is_some_and(|value| *value.as_value() != Value::Null) {
        return true;
    }
    // What is null was written so, or is a variable.
    let Some(written) = context.item.node.get_argument(argument) else { return false };
    let came = |name: Name| {
        let came = context.data::<Given>().is_ok_and(|given| given.0.contains(name.as_str()));
        came.then_some(Value::Null).ok_or(())
    };
    written.node.clone().into_const_with(came).is_ok()
}

fn of_model(model: &'static str, name: &'static str, ty: Type) -> Field {
    Field::new(name, type_ref(ty), move |context| {
        let value = context.parent_value.as_value().and_then(|parent| field(model, name, ty, parent));
        FieldFuture::Value(value)
    })
}

pub fn type_ref(ty: Type) -> TypeRef {
    (0..ty.lists).fold(TypeRef::named(ty.name), |inner, _| TypeRef::List(Box::new(inner)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_has_every_operation_that_has_a_route() {
        let text = PLAIN.as_ref().expect("a schema").schema.sdl();
        for wanted in [
            "accountGet: User",
            "tablesDBListRows(databaseId: String!, tableId: String!, queries: [String],",
            "databasesCreateDocument(databaseId: String!, collectionId: String!, documentId: String!, data: Json!,",
            "accountDeleteSessions: None",
            "union Columns = ColumnBigint | ColumnBoolean",
            "presencesUpsert(",
        ] {
            assert!(text.contains(wanted), "{wanted}");
        }
        for unwanted in
            ["graphql", "storageCreateFile(", "storageGetFileDownload", "organizationGet", "avatarsGetQR"]
        {
            assert!(!text.contains(unwanted), "{unwanted}");
        }
        let routes = route_table();
        let linked = TABLE.operations.iter().filter(|operation| link(operation, &routes).is_some()).count();
        assert!(linked > 290, "{linked}");
    }
}
