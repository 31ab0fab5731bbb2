//! JSON of every shape, for tests of what reads it.

use proptest::prelude::*;
use serde_json::{Value, json};

/// One value that holds no other; its texts are as `texts` describes them.
pub fn leaf(texts: &'static str) -> impl Strategy<Value = Value> + Clone {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        (-200.0..200.0_f64).prop_map(|number| json!(number)),
        texts.prop_map(Value::from),
    ]
}

/// Lists and objects of such values, within each other.
pub fn tree(texts: &'static str) -> impl Strategy<Value = Value> {
    leaf(texts).prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::hash_map(".{0,3}", inner, 0..3)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}
