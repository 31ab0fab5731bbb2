//! Whatever is asked, SQLite understands what it is told, or nothing is told to it.

use proptest::prelude::*;
use rusqlite::{Connection, types::Value as Sql};
use serde_json::{Value, json};

use super::{Field, Fields, Page, Related, Search, Shape, Source, functions, parse_fields, unknown};
use crate::core::{arbitrary::leaf, error::ApiResult};

const METHODS: [&str; 48] = [
    "equal",
    "notEqual",
    "lessThan",
    "lessThanEqual",
    "greaterThan",
    "greaterThanEqual",
    "between",
    "notBetween",
    "isNull",
    "isNotNull",
    "exists",
    "notExists",
    "startsWith",
    "notStartsWith",
    "endsWith",
    "notEndsWith",
    "contains",
    "containsAny",
    "containsAll",
    "notContains",
    "search",
    "notSearch",
    "regex",
    "elemMatch",
    "and",
    "or",
    "select",
    "orderAsc",
    "orderDesc",
    "orderRandom",
    "limit",
    "offset",
    "cursorAfter",
    "cursorBefore",
    "distanceEqual",
    "distanceNotEqual",
    "distanceGreaterThan",
    "distanceLessThan",
    "intersects",
    "notIntersects",
    "crosses",
    "notCrosses",
    "overlaps",
    "notOverlaps",
    "touches",
    "notTouches",
    "'; DROP TABLE t; --",
    "",
];
const ATTRIBUTES: [&str; 19] = [
    "text",
    "number",
    "millis",
    "date",
    "list",
    "place",
    "words",
    "near",
    "$id",
    "$sequence",
    "other.text",
    "other.list",
    "other.place",
    "other.other.words",
    "other.other.other.other.text",
    "text\" OR 1=1 --",
    "\0",
    "",
    "💣.text",
];
const TEXTS: [&str; 16] = [
    "",
    "'",
    "\"",
    "\\",
    "%_",
    "\0",
    "a\0b",
    "'; DROP TABLE t; --",
    "\" OR \"\"=\"",
    "NEAR(a, b)",
    "a* NOT (\"",
    "(a{900}){900}",
    "(?i)^(a|a)*$",
    "2026-01-01",
    "9999999-99-99T99:99:99Z",
    "\u{202e}💣",
];

/// A table with a column of every shape, related to itself.
struct Everything;

impl Fields for Everything {
    fn field(&self, attribute: &str) -> ApiResult<Field> {
        let index =
            |table: &str| Search::Index { rows: "\"n\"".into(), table: table.into(), column: "c0".into() };
        let field = |name: &str| Field::plain(format!("t.\"{name}\""));
        Ok(match attribute {
            "text" => Field { search: Search::Missing, ..field("text") },
            "number" | "$sequence" => field("n"),
            "$id" => field("id"),
            "millis" => field("n").shaped(Shape::Millis),
            "date" => field("text").shaped(Shape::Date),
            "list" => field("list").shaped(Shape::List),
            "place" => field("place").shaped(Shape::Place),
            "words" => Field { search: index("words"), ..field("text") },
            "near" => Field { search: index("near"), ..field("place").shaped(Shape::Place) },
            _ => return Err(unknown(attribute)),
        })
    }

    fn related(&self, attribute: &str) -> ApiResult<Option<Related<'_>>> {
        Ok(attribute.starts_with("other.").then(|| Related {
            rows: "t.\"other\" IN (SELECT t.\"id\" FROM t".into(),
            end: ")",
            seen: Some(("t.\"text\" <> ?".into(), vec![Sql::Text("hidden".into())])),
            fields: Box::new(Everything),
        }))
    }
}

fn database() -> Connection {
    let connection = Connection::open_in_memory().expect("database");
    functions::register(&connection).expect("functions");
    connection
        .execute_batch(
            "CREATE TABLE t (n INTEGER PRIMARY KEY, id TEXT, text TEXT, list TEXT, place TEXT, other TEXT);
             CREATE VIRTUAL TABLE words USING fts5(c0);
             CREATE VIRTUAL TABLE near USING rtree(id, min_x, max_x, min_y, max_y);
             INSERT INTO t VALUES (1, 'a', 'hello', '[1, \"x\", null]', '[1, 2]', 'b'),
               (2, 'b', NULL, '[]', '[[0, 0], [4, 4]]', NULL),
               (3, 'c', '', NULL, '[[[0, 0], [4, 0], [4, 4], [0, 0]]]', 'c'), (4, 'd', '%', '[\"\"]', NULL, 'a');
             INSERT INTO words VALUES ('hello');
             INSERT INTO near VALUES (1, 1, 1, 2, 2);",
        )
        .expect("filled");
    connection
}

/// Asks as a list does; an answer, or a refusal in our own words.
fn ask(connection: &Connection, queries: &[Value]) -> Result<(), String> {
    let queries: Vec<String> = queries.iter().map(Value::to_string).collect();
    let page: Page = match parse_fields(&queries, &Everything) {
        Ok(page) => page,
        Err(error) if error.kind == "general_query_invalid" => return Ok(()),
        Err(error) => return Err(format!("{error:?}")),
    };
    match page
        .list(connection, Source::whole("SELECT id FROM t", "t", "n"), true, |row| row.get::<_, String>(0))
    {
        Ok(_) => {}
        Err(crate::StoreError::Refused(error)) if error.kind == "general_cursor_not_found" => {}
        Err(error) => return Err(error.to_string()),
    }
    let kept: i64 =
        connection.query_row("SELECT count(*) FROM t", [], |row| row.get(0)).expect("there still");
    if kept == 4 { Ok(()) } else { Err("rows are gone".into()) }
}

fn hostile() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![leaf(".{0,12}"), proptest::sample::select(TEXTS.as_slice()).prop_map(Value::from)];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            (0..METHODS.len(), 0..ATTRIBUTES.len(), proptest::collection::vec(inner, 0..4)).prop_map(
                |(method, attribute, values)| {
                    json!({ "method": METHODS[method], "attribute": ATTRIBUTES[attribute], "values": values })
                }
            ),
        ]
    })
}

#[test]
fn every_method_with_every_attribute_and_every_hostile_text() {
    let connection = database();
    let ring = json!([[[0, 0], [4, 0], [4, 4], [0, 0]]]);
    for method in METHODS {
        for attribute in ATTRIBUTES {
            let texts = TEXTS.map(|text| json!([text]));
            let others = [
                json!([]),
                json!([null]),
                json!([1e308]),
                json!([-1]),
                json!([u64::MAX]),
                json!([1, 2]),
                json!(["a", "b"]),
                json!([[1, 2]]),
                json!([[[1, 2], 5, true]]),
                json!([ring]),
                json!([[ring, 1e300]]),
                json!([{ "method": "equal", "attribute": attribute, "values": ["x"] }]),
                json!([{}]),
            ];
            // What is no attribute is none whatever it is held against.
            let all = if Everything.field(attribute).is_ok() || attribute.starts_with("other") {
                usize::MAX
            } else {
                2
            };
            for values in texts.iter().chain(&others).take(all) {
                let query = json!({ "method": method, "attribute": attribute, "values": values });
                assert_eq!(ask(&connection, std::slice::from_ref(&query)), Ok(()), "{query}");
            }
        }
    }
}

#[test]
fn what_is_too_much_is_refused_before_sqlite_hears_of_it() {
    let connection = database();
    let many: Vec<i64> = (0..500).collect();
    for (method, attribute) in [
        ("equal", "number"),
        ("contains", "text"),
        ("containsAll", "list"),
        ("notEqual", "other.number"),
        ("lessThan", "number"),
    ] {
        let query = json!({ "method": method, "attribute": attribute, "values": many });
        for times in [1, 10, 100] {
            assert_eq!(ask(&connection, &vec![query.clone(); times]), Ok(()), "{method} {attribute} {times}");
        }
    }
    let names: Vec<String> = (0..20).map(|n| n.to_string()).collect();
    let across = json!({ "method": "containsAll", "attribute": "other.other.other.text", "values": names });
    assert_eq!(ask(&connection, &vec![across; 100]), Ok(()));
    let order = json!({ "method": "orderDesc", "attribute": "text" });
    let mut orders = vec![order; 99];
    orders.push(json!({ "method": "cursorAfter", "values": ["a"] }));
    assert_eq!(ask(&connection, &orders), Ok(()));
    let small = json!({ "method": "isNull", "attribute": "number" });
    let wide = json!({ "method": "or", "values": vec![small; 90] });
    assert_eq!(ask(&connection, &vec![wide; 100]), Ok(()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn sqlite_understands_whatever_is_asked(queries in proptest::collection::vec(hostile(), 0..4)) {
        let connection = database();
        prop_assert_eq!(ask(&connection, &queries), Ok(()), "{:?}", queries);
    }
}
