//! How deeply brackets are nested in a text that nobody parsed yet. Parsing, checking and forgetting what is nested go
//! one step deeper for each, so this is looked at first.

/// The deepest nesting of brackets that belong to the query itself and not to texts or comments in it.
pub fn deepest(text: &str) -> usize {
    let (mut open, mut deepest) = (0_usize, 0);
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = match first {
            b'{' | b'[' | b'(' => {
                open += 1;
                deepest = deepest.max(open);
                after
            }
            b'}' | b']' | b')' => {
                open = open.saturating_sub(1);
                after
            }
            b'#' => after_line(after),
            b'"' => match after {
                [b'"', b'"', block @ ..] => after_block(block),
                _ => after_string(after),
            },
            _ => after,
        };
    }
    deepest
}

fn after_line(rest: &[u8]) -> &[u8] {
    rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).map_or(&[], |end| &rest[end..])
}

/// A text ends with its line, if not before.
fn after_string(mut rest: &[u8]) -> &[u8] {
    loop {
        rest = match rest {
            [b'\\', _, after @ ..] => after,
            [b'"' | b'\n' | b'\r', after @ ..] => return after,
            [_, after @ ..] => after,
            [] => return rest,
        };
    }
}

fn after_block(mut rest: &[u8]) -> &[u8] {
    loop {
        rest = match rest {
            [b'\\', b'"', b'"', b'"', after @ ..] => after,
            [b'"', b'"', b'"', after @ ..] => return after,
            [_, after @ ..] => after,
            [] => return rest,
        };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_and_comments_nest_nothing() {
        assert_eq!(deepest("{ a(b: [[1]]) { c } }"), 4);
        assert_eq!(deepest(r#"{ a(b: "[[[[ \" [[[") }"#), 2);
        assert_eq!(deepest("{ a(b: \"\"\"{{{ \"\" \\\"\"\" {{\"\"\") } # {{{{\n {"), 2);
        assert_eq!(deepest(&"[".repeat(60_000)), 60_000);
        assert_eq!(deepest(r#"{ a(b: "") { c(d: "x") { e } } }"#), 3);
    }

    proptest! {
        #[test]
        fn never_less_than_what_the_parser_finds(text in "[\\[\\]{}()\"\\\\#ab:, \n]{0,60}") {
            // Whatever parses has at least the nesting of its selections.
            if let Ok(document) = async_graphql::parser::parse_query(&text) {
                let levels = document.operations.iter().map(|(_, operation)| {
                    fn depth(set: &async_graphql::parser::types::SelectionSet) -> usize {
                        use async_graphql::parser::types::Selection;
                        let inner = set.items.iter().map(|item| match &item.node {
                            Selection::Field(field) => depth(&field.node.selection_set.node),
                            Selection::InlineFragment(inner) => depth(&inner.node.selection_set.node),
                            Selection::FragmentSpread(_) => 0,
                        });
                        if set.items.is_empty() { 0 } else { 1 + inner.max().unwrap_or_default() }
                    }
                    depth(&operation.node.selection_set.node)
                });
                prop_assert!(levels.max().unwrap_or_default() <= deepest(&text));
            }
        }
    }
}
