//! The operations of Appwrite as its SDKs know them: names, parameters, and the models that are answered.
//!
//! `graphql_operations.txt` is written by `tests/foreign/appwrite/operations.mjs` out of the SDKs themselves, and a test
//! there keeps it fresh.

use std::sync::LazyLock;

const TEXT: &str = include_str!("../../graphql_operations.txt");

/// `[[String]]`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Type {
    pub name: &'static str,
    /// How many lists are around it.
    pub lists: usize,
}

#[derive(Debug)]
pub struct Argument {
    pub name: &'static str,
    pub ty: Type,
    pub required: bool,
}

/// How an operation is carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carriage {
    /// JSON there and back: what GraphQL can do.
    Json,
    /// A file goes there, in parts.
    Upload,
    /// What comes back is a picture or a file.
    Bytes,
    /// A browser is sent on.
    Redirect,
}

#[derive(Debug)]
pub struct Operation {
    /// `tablesDBListRows`
    pub name: &'static str,
    pub method: &'static str,
    /// Below `/v1`, parameters in braces.
    pub path: &'static str,
    pub arguments: Vec<Argument>,
    pub answer: Type,
    pub carriage: Carriage,
}

impl Operation {
    /// Whether it answers a page of a list.
    pub fn lists(&self) -> bool {
        self.method == "GET" && self.arguments.iter().any(|argument| argument.name == "queries")
    }
}

#[derive(Debug)]
pub struct Model {
    pub name: &'static str,
    pub fields: Vec<(&'static str, Type)>,
}

#[derive(Debug)]
pub struct Union {
    pub name: &'static str,
    pub members: Vec<&'static str>,
}

#[derive(Debug, Default)]
pub struct Table {
    pub operations: Vec<Operation>,
    /// What is carried otherwise than as JSON.
    pub others: Vec<Operation>,
    pub models: Vec<Model>,
    pub unions: Vec<Union>,
}

pub static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table::default();
    for line in TEXT.lines() {
        let Some((kind, rest)) = line.split_once(' ') else { continue };
        match kind {
            "op" => table.operations.extend(operation(rest, Carriage::Json)),
            "upload" => table.others.extend(operation(rest, Carriage::Upload)),
            "bytes" => table.others.extend(operation(rest, Carriage::Bytes)),
            "redirect" => table.others.extend(operation(rest, Carriage::Redirect)),
            "type" => table.models.extend(model(rest)),
            "union" => table.unions.extend(union(rest)),
            _ => {}
        }
    }
    table
});

/// `NAME METHOD /path (argument: Type!, ...) Answer`
fn operation(line: &'static str, carriage: Carriage) -> Option<Operation> {
    let (head, rest) = line.split_once(" (")?;
    let (arguments, answer) = rest.rsplit_once(") ")?;
    let mut head = head.splitn(3, ' ');
    let (name, method, path) = (head.next()?, head.next()?, head.next()?);
    let arguments = pairs(arguments).map(|(name, ty)| {
        let plain = ty.trim_end_matches('!');
        Argument { name, ty: type_of(plain), required: plain != ty }
    });
    let (arguments, answer) = (arguments.collect(), type_of(answer));
    Some(Operation { name, method, path, arguments, answer, carriage })
}

/// `NAME field: Type, ...`
fn model(line: &'static str) -> Option<Model> {
    let (name, fields) = line.split_once(' ')?;
    Some(Model { name, fields: pairs(fields).map(|(name, ty)| (name, type_of(ty))).collect() })
}

/// `NAME Member Member ...`
fn union(line: &'static str) -> Option<Union> {
    let (name, members) = line.split_once(' ')?;
    Some(Union { name, members: members.split(' ').collect() })
}

fn pairs(text: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    text.split(", ").filter_map(|pair| pair.split_once(": "))
}

fn type_of(text: &'static str) -> Type {
    let name = text.trim_matches(['[', ']']);
    Type { name, lists: (text.len() - name.len()) / 2 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read() {
        let lines = TEXT.lines().count();
        let read = [TABLE.operations.len(), TABLE.others.len(), TABLE.models.len(), TABLE.unions.len()];
        assert_eq!(read.into_iter().sum::<usize>(), lines);
        let rows = TABLE.operations.iter().find(|known| known.name == "tablesDBListRows").expect("there");
        assert_eq!((rows.method, rows.lists(), rows.answer.name), ("GET", true, "RowList"));
        let queries = rows.arguments.iter().find(|known| known.name == "queries").expect("there");
        assert_eq!((queries.ty, queries.required), (Type { name: "String", lists: 1 }, false));
        let row = TABLE.models.iter().find(|known| known.name == "Row").expect("there");
        assert!(row.fields.contains(&("data", Type { name: "String", lists: 0 })));
        let upload = TABLE.others.iter().find(|known| known.name == "storageCreateFile").expect("there");
        assert_eq!((upload.carriage, upload.answer.name), (Carriage::Upload, "File"));
        let file = upload.arguments.iter().find(|known| known.name == "file").expect("there");
        assert_eq!((file.ty.name, file.required), ("Binary", true));
    }
}
