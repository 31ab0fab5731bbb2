//! The schema: an operation for each route that Appwrite's SDKs know, made when it is asked for first.

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
    operation::{Carrier, Linked, link},
    table::{TABLE, Type},
};
use crate::{core::error::ApiError, route_table};

/// Directives on one field.
const DIRECTIVES: usize = 8;

/// Names of the variables that came with a query, whatever their value.
pub struct Given(pub HashSet<String>);

pub static SCHEMA: LazyLock<Result<Schema, SchemaError>> = LazyLock::new(build);

fn build() -> Result<Schema, SchemaError> {
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
        .register(query)
        .register(mutation)
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
    builder.finish()
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
        let Some(value) = context.args.get(argument.name).filter(|_| is_given(context, argument.name)) else {
            continue;
        };
        let value: Json = value.as_value().clone().into_json()?;
        arguments.insert(argument.name.to_owned(), Linked::given(argument.ty, value));
    }
    let answer = linked.run(carrier, arguments).await.and_then(|answer| {
        Value::from_json(answer).map_err(|_| Refused::from(ApiError::argument("The answer cannot be said.")))
    });
    match answer {
        Ok(answer) => Ok(shaped(linked.operation.answer, answer)),
        // Kept beside the data, so that the field is there and null.
        Err(refused) => {
            context.add_error(context.set_error_path(refused.at(context.item.pos)));
            Ok(None)
        }
    }
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

fn type_ref(ty: Type) -> TypeRef {
    (0..ty.lists).fold(TypeRef::named(ty.name), |inner, _| TypeRef::List(Box::new(inner)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_has_every_operation_that_has_a_route() {
        let schema = SCHEMA.as_ref().expect("a schema");
        let text = schema.sdl();
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
