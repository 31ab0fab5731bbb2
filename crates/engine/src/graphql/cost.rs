//! What a query would cost, counted before anything runs: every fragment once, however often it is used, so that
//! counting is cheap where running would not be.

use std::collections::HashMap;

use async_graphql::{
    Name, Value, Variables,
    parser::types::{ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet},
};
use serde_json::Value as Json;

use crate::core::error::{ApiError, ApiResult};

/// Fields within fields, the outermost included. Appwrite allows as many.
pub const DEEPEST: usize = 5;
/// One for each field; what is below a list counts for each item of its page. Appwrite's limit is 250.
pub const DEAREST: usize = 1000;
/// Selections in the text of one query, used or not.
const SELECTIONS: usize = 2000;
/// Selection sets within each other, through fragments as well.
const LEVELS: usize = 64;
/// Items of a page about which nothing is said, and at most.
const PAGE: (usize, usize) = (25, 5000);
/// Below `__schema` and `__type`: fields, and lists among them.
const SCHEMA_FIELDS: usize = 500;
const SCHEMA_LISTS: usize = 16;

/// What is asked about the schema itself goes on in lists of lists.
const LISTS: [&str; 8] =
    ["types", "directives", "fields", "args", "inputFields", "interfaces", "enumValues", "possibleTypes"];

/// What one query will do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    pub depth: usize,
    pub cost: usize,
    /// Operations of the API that it runs.
    pub operations: usize,
}

impl Cost {
    fn and(self, other: Self) -> Self {
        Self {
            depth: self.depth.max(other.depth),
            cost: self.cost.saturating_add(other.cost),
            operations: self.operations.saturating_add(other.operations),
        }
    }
}

pub struct Counting<'a> {
    pub document: &'a ExecutableDocument,
    pub variables: &'a Variables,
    /// Whether an operation answers a page of a list.
    pub lists: &'a dyn Fn(&str) -> bool,
    /// Whether the schema may be asked about.
    pub introspection: bool,
}

impl Counting<'_> {
    /// The cost of all operations in the document, of which one runs.
    pub fn cost(&self) -> ApiResult<Cost> {
        let sets = self.document.operations.iter().map(|(_, operation)| &operation.node.selection_set);
        let fragments = self.document.fragments.values().map(|fragment| &fragment.node.selection_set);
        if sets.clone().chain(fragments).map(|set| selections(&set.node)).sum::<usize>() > SELECTIONS {
            return Err(refused(format!("A query has at most {SELECTIONS} fields and fragments.")));
        }
        let mut known = HashMap::new();
        // Also what no operation uses is gone through when the query is checked. How deep it lies, its operation decides.
        for name in self.document.fragments.keys() {
            let cost = self.of_fragment(name, 0, &mut known)?;
            bounded(Cost { depth: 0, ..cost })?;
        }
        let mut all = Cost::default();
        for set in sets.clone() {
            all = all.and(self.of_set(&set.node, 0, &mut known)?);
        }
        let mut all = bounded(all)?;
        for set in sets {
            all.operations = all.operations.saturating_add(self.roots(&set.node, 0)?);
        }
        Ok(all)
    }

    fn of_set<'a>(
        &'a self,
        set: &'a SelectionSet,
        level: usize,
        known: &mut HashMap<&'a Name, Option<Cost>>,
    ) -> ApiResult<Cost> {
        if level > LEVELS {
            return Err(refused(format!("A query goes at most {LEVELS} levels down.")));
        }
        let mut all = Cost::default();
        for selection in &set.items {
            all = all.and(match &selection.node {
                Selection::Field(field) => self.of_field(&field.node, level, known)?,
                Selection::InlineFragment(inner) => {
                    self.of_set(&inner.node.selection_set.node, level + 1, known)?
                }
                Selection::FragmentSpread(spread) => {
                    self.of_fragment(&spread.node.fragment_name.node, level, known)?
                }
            });
        }
        Ok(all)
    }

    fn of_field<'a>(
        &'a self,
        field: &'a Field,
        level: usize,
        known: &mut HashMap<&'a Name, Option<Cost>>,
    ) -> ApiResult<Cost> {
        let name = field.name.node.as_str();
        if matches!(name, "__schema" | "__type") {
            self.check_introspection(field)?;
            return Ok(Cost { cost: 1, ..Cost::default() });
        }
        let below = self.of_set(&field.selection_set.node, level + 1, known)?;
        let times = if (self.lists)(name) { self.page(field) } else { 1 };
        Ok(Cost {
            depth: below.depth + 1,
            cost: below.cost.saturating_mul(times).saturating_add(1),
            operations: below.operations,
        })
    }

    /// A fragment that is being counted is in `known` without a cost.
    fn of_fragment<'a>(
        &'a self,
        name: &'a Name,
        level: usize,
        known: &mut HashMap<&'a Name, Option<Cost>>,
    ) -> ApiResult<Cost> {
        match known.get(name) {
            Some(Some(cost)) => return Ok(*cost),
            Some(None) => return Err(refused("Fragments go round in a circle.")),
            None => {}
        }
        // What does not exist costs nothing; it is refused when the query is checked.
        let Some(fragment) = self.document.fragments.get(name) else { return Ok(Cost::default()) };
        known.insert(name, None);
        let cost = self.of_set(&fragment.node.selection_set.node, level + 1, known)?;
        known.insert(name, Some(cost));
        Ok(cost)
    }

    /// The fields at the top of an operation. The cost, which was counted before, bounds their number.
    fn roots(&self, set: &SelectionSet, level: usize) -> ApiResult<usize> {
        if level > LEVELS {
            return Err(refused(format!("A query goes at most {LEVELS} levels down.")));
        }
        let mut count = 0_usize;
        for selection in &set.items {
            count = count.saturating_add(match &selection.node {
                Selection::Field(field) => usize::from(!field.node.name.node.starts_with("__")),
                Selection::InlineFragment(inner) => self.roots(&inner.node.selection_set.node, level + 1)?,
                Selection::FragmentSpread(spread) => {
                    match self.document.fragments.get(&spread.node.fragment_name.node) {
                        Some(fragment) => self.roots(&fragment.node.selection_set.node, level + 1)?,
                        None => 0,
                    }
                }
            });
        }
        Ok(count)
    }

    /// How many items the page of a list may have.
    fn page(&self, field: &Field) -> usize {
        let given = field.get_argument("queries").map(|value| &value.node);
        let given = given.and_then(|value| {
            value
                .clone()
                .into_const_with(|name| {
                    Ok::<_, std::convert::Infallible>(self.variables.get(&name).cloned().unwrap_or_default())
                })
                .ok()
        });
        let texts = match given {
            Some(Value::List(list)) => list,
            Some(one @ Value::String(_)) => vec![one],
            _ => Vec::new(),
        };
        let limit = texts.iter().filter_map(|text| {
            let Value::String(text) = text else { return None };
            let query: Json =
                serde_json::from_str(text).ok().filter(|query: &Json| query["method"] == "limit")?;
            query["values"][0].as_u64().and_then(|limit| usize::try_from(limit).ok())
        });
        limit.last().unwrap_or(PAGE.0).clamp(1, PAGE.1)
    }

    fn check_introspection(&self, field: &Field) -> ApiResult<()> {
        if !self.introspection {
            return Err(refused(
                "GraphQL introspection is not allowed, but the query contained __schema or __type",
            ));
        }
        let mut left = (SCHEMA_FIELDS, SCHEMA_LISTS);
        self.schema_set(&field.selection_set.node, &mut Vec::new(), 0, &mut left)
    }

    /// No list within itself: each would multiply what is answered.
    fn schema_set<'a>(
        &'a self,
        set: &'a SelectionSet,
        path: &mut Vec<&'a str>,
        level: usize,
        left: &mut (usize, usize),
    ) -> ApiResult<()> {
        let too_much = || refused("This asks for too much of the schema at once.");
        if level > LEVELS {
            return Err(too_much());
        }
        for selection in &set.items {
            left.0 = left.0.checked_sub(1).ok_or_else(too_much)?;
            match &selection.node {
                Selection::Field(field) => {
                    let name = field.node.name.node.as_str();
                    let is_list = LISTS.contains(&name);
                    if is_list {
                        left.1 = left.1.checked_sub(1).ok_or_else(too_much)?;
                        if path.contains(&name) {
                            return Err(too_much());
                        }
                        path.push(name);
                    }
                    self.schema_set(&field.node.selection_set.node, path, level + 1, left)?;
                    if is_list {
                        path.pop();
                    }
                }
                Selection::InlineFragment(inner) => {
                    self.schema_set(&inner.node.selection_set.node, path, level + 1, left)?;
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.node.fragment_name.node) {
                        self.schema_set(&fragment.node.selection_set.node, path, level + 1, left)?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Whether an operation of the document changes anything.
pub fn is_mutation(operation: &OperationDefinition) -> bool {
    operation.ty != OperationType::Query
}

fn selections(set: &SelectionSet) -> usize {
    let one = |selection: &Selection| match selection {
        Selection::Field(field) => 1 + selections(&field.node.selection_set.node),
        Selection::InlineFragment(inner) => 1 + selections(&inner.node.selection_set.node),
        Selection::FragmentSpread(_) => 1,
    };
    set.items.iter().map(|item| one(&item.node)).sum()
}

fn bounded(cost: Cost) -> ApiResult<Cost> {
    if cost.depth > DEEPEST {
        return Err(refused(format!("Max query depth should be {DEEPEST} but got {}.", cost.depth)));
    }
    if cost.cost > DEAREST {
        return Err(refused(format!("Max query complexity should be {DEAREST} but got {}.", cost.cost)));
    }
    Ok(cost)
}

fn refused(message: impl Into<String>) -> ApiError {
    ApiError::argument(message)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use async_graphql::parser::parse_query;
    use serde_json::json;

    use super::*;

    fn cost_with(text: &str, variables: Json, introspection: bool) -> Result<Cost, String> {
        let document = parse_query(text).expect("a query");
        let variables = Variables::from_json(variables);
        let lists = |name: &str| name.ends_with("List");
        let counting = Counting { document: &document, variables: &variables, lists: &lists, introspection };
        counting.cost().map_err(|error| error.message)
    }

    fn cost(text: &str) -> Result<Cost, String> {
        cost_with(text, json!({}), false)
    }

    #[test]
    fn a_list_counts_for_each_item_of_its_page() {
        assert_eq!(cost("{ accountGet { _id name } }"), Ok(Cost { depth: 2, cost: 3, operations: 1 }));
        let list = cost("{ rowsList { total rows { _id data } } }").expect("cheap");
        assert_eq!((list.depth, list.cost), (3, 1 + 25 * 4));
        let limit = r#"{"method":"limit","values":[100]}"#;
        let literal = format!("{{ rowsList(queries: [{limit:?}]) {{ rows {{ _id }} }} }}");
        assert_eq!(cost(&literal).map(|cost| cost.cost), Ok(201));
        let variable = "query($q: [String]) { rowsList(queries: $q) { rows { _id } } }";
        assert_eq!(cost_with(variable, json!({ "q": [limit] }), false).map(|cost| cost.cost), Ok(201));
        let large = r#"{"method":"limit","values":[5000]}"#;
        assert!(cost_with(variable, json!({ "q": [large] }), false).is_err());
        assert!(cost_with(variable, json!({ "q": large }), false).is_err());
    }

    #[test]
    fn bombs_are_counted_and_not_run() {
        let started = Instant::now();
        let aliases: String = (0..1500).map(|n| format!("a{n}: accountGet {{ _id }} ")).collect();
        assert!(cost(&format!("{{ {aliases} }}")).expect_err("dear").contains("at most 2000"));
        let aliases: String = (0..600).map(|n| format!("a{n}: accountGet {{ _id }} ")).collect();
        assert!(cost(&format!("{{ {aliases} }}")).expect_err("dear").contains("complexity"));
        // Each fragment uses the next one twice: 2^50 fields.
        let mut bomb = String::from("{ ...f0 }");
        for n in 0..50 {
            bomb.push_str(&format!(" fragment f{n} on Query {{ ...f{m} ...f{m} }}", m = n + 1));
        }
        bomb.push_str(" fragment f50 on Query { accountGet { _id } }");
        assert!(cost(&bomb).is_err());
        let unused = bomb.replacen("{ ...f0 }", "{ accountGet { _id } }", 1);
        assert!(cost(&unused).is_err());
        let chain: String =
            (0..900).map(|n| format!(" fragment f{n} on Query {{ ...f{} }}", n + 1)).collect();
        assert!(cost(&format!("{{ ...f0 }}{chain}")).is_err());
        assert!(cost("{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }").is_err());
        let deep = (0..40).fold("_id".to_owned(), |inner, _| format!("a {{ {inner} }}"));
        assert!(cost(&format!("{{ {deep} }}")).expect_err("deep").contains("depth"));
        assert!(started.elapsed().as_secs() < 5);
    }

    #[test]
    fn only_those_who_may_ask_about_the_schema_and_not_for_all_of_it_again_and_again() {
        let tools = "{ __schema { types { ...T } directives { name args { ...I } } } }
            fragment T on __Type { kind fields { name args { ...I } type { ...R } } inputFields { ...I }
              interfaces { ...R } enumValues { name } possibleTypes { ...R } }
            fragment I on __InputValue { name type { ...R } }
            fragment R on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";
        assert!(cost(tools).expect_err("not for all").contains("introspection"));
        assert!(cost_with(tools, json!({}), true).is_ok());
        for bomb in [
            "{ __schema { types { fields { type { fields { name } } } } } }",
            "{ __type(name: \"Query\") { fields { type { possibleTypes { fields { name } } } } } }",
            "{ __schema { ...A } } fragment A on __Schema { types { name ...B } } fragment B on __Type { fields { type { ...B } } }",
        ] {
            assert!(cost_with(bomb, json!({}), true).is_err(), "{bomb}");
        }
        let many: String = (0..20).map(|n| format!("a{n}: types {{ name }} ")).collect();
        assert!(cost_with(&format!("{{ __schema {{ {many} }} }}"), json!({}), true).is_err());
        assert!(cost("{ __typename }").is_ok());
    }
}
