//! Our `.proto` subset against the descriptors that the pinned wheel carries. The library makes no promise between
//! versions, so a difference here is a difference on the wire.

use std::{collections::BTreeMap, process::Command};

use anyhow::{Context, Result, ensure};
use protox::prost_reflect::{
    prost::Message,
    prost_types::{DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorSet},
};

use telestack_testkit::livekit_python;

/// Everything that counts on the wire, by full name.
#[derive(Debug, Default)]
struct Protocol {
    /// Of messages: by field name, the number, type, label and group.
    messages: BTreeMap<String, BTreeMap<String, Field>>,
    enums: BTreeMap<String, BTreeMap<String, i32>>,
}

#[derive(Debug, Clone, PartialEq)]
struct Field {
    number: i32,
    label: i32,
    kind: i32,
    type_name: String,
    one_of: Option<String>,
    default: Option<String>,
}

impl Protocol {
    fn of(bytes: &[u8]) -> Result<Self> {
        let set = FileDescriptorSet::decode(bytes)?;
        let mut all = Self::default();
        for file in &set.file {
            let package = file.package();
            file.message_type.iter().for_each(|message| all.message(package, message));
            file.enum_type.iter().for_each(|one| all.enumeration(package, one));
        }
        Ok(all)
    }

    fn message(&mut self, scope: &str, message: &DescriptorProto) {
        let name = format!("{scope}.{}", message.name());
        let field = |field: &FieldDescriptorProto| Field {
            number: field.number(),
            label: field.label.unwrap_or_default(),
            kind: field.r#type.unwrap_or_default(),
            type_name: field.type_name().trim_start_matches('.').to_owned(),
            one_of: field
                .oneof_index
                .and_then(|index| message.oneof_decl.get(usize::try_from(index).ok()?))
                .map(|one_of| one_of.name().to_owned()),
            default: field.default_value.clone(),
        };
        let fields = message.field.iter().map(|f| (f.name().to_owned(), field(f))).collect();
        message.nested_type.iter().for_each(|nested| self.message(&name, nested));
        message.enum_type.iter().for_each(|nested| self.enumeration(&name, nested));
        self.messages.insert(name, fields);
    }

    fn enumeration(&mut self, scope: &str, one: &EnumDescriptorProto) {
        let values = one.value.iter().map(|value| (value.name().to_owned(), value.number())).collect();
        self.enums.insert(format!("{scope}.{}", one.name()), values);
    }

    /// Every way in which this subset is not one of `whole`.
    fn differences(&self, whole: &Self) -> Vec<String> {
        let mut found = Vec::new();
        for (message, fields) in &self.messages {
            let Some(theirs) = whole.messages.get(message) else {
                found.push(format!("{message} does not exist"));
                continue;
            };
            for (name, field) in fields {
                match theirs.get(name) {
                    None => found.push(format!("{message}.{name} does not exist")),
                    Some(their) if their != field => {
                        found.push(format!("{message}.{name} is {their:?}, not {field:?}"));
                    }
                    Some(_) => {}
                }
            }
        }
        for (one, values) in &self.enums {
            match whole.enums.get(one) {
                None => found.push(format!("{one} does not exist")),
                // Whole: a value that we do not know would be read as another.
                Some(theirs) if theirs != values => {
                    found.push(format!("{one} is {theirs:?}, not {values:?}"))
                }
                Some(_) => {}
            }
        }
        found
    }

    /// Required fields of `whole` that this subset leaves out of a message that we send.
    fn unsent(&self, whole: &Self) -> Vec<String> {
        const REQUIRED: i32 = 2;
        let mut sent = vec!["livekit.proto.FfiRequest".to_owned()];
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(message) = sent.get(at).cloned() {
            at += 1;
            let ours = &self.messages[&message];
            for field in ours.values() {
                if self.messages.contains_key(&field.type_name) && !sent.contains(&field.type_name) {
                    sent.push(field.type_name.clone());
                }
            }
            let theirs = whole.messages.get(&message).into_iter().flatten();
            let missing = theirs.filter(|(name, field)| field.label == REQUIRED && !ours.contains_key(*name));
            found.extend(missing.map(|(name, _)| format!("{message}.{name} is required")));
        }
        found
    }
}

fn wheel() -> Result<Vec<u8>> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rooms/descriptors.py");
    let output = Command::new(livekit_python()?).arg(script).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout)?;
    let digits = text.trim().as_bytes();
    digits
        .chunks(2)
        .map(|pair| {
            let pair = std::str::from_utf8(pair)?;
            u8::from_str_radix(pair, 16).context("hexadecimal")
        })
        .collect()
}

#[test]
fn every_message_is_as_the_pinned_library_has_it() -> Result<()> {
    let ours = Protocol::of(telestack_livekit::DESCRIPTORS)?;
    let theirs = Protocol::of(&wheel()?)?;
    ensure!(ours.messages.len() > 100 && theirs.messages.len() > ours.messages.len());
    let differences = ours.differences(&theirs);
    ensure!(differences.is_empty(), "{differences:#?}");
    let unsent = ours.unsent(&theirs);
    ensure!(unsent.is_empty(), "{unsent:#?}");
    Ok(())
}

/// The comparison itself is worth nothing if it finds nothing.
#[test]
fn a_changed_field_is_found() -> Result<()> {
    let ours = Protocol::of(telestack_livekit::DESCRIPTORS)?;
    let changes: [fn(&mut Field); 5] = [
        |field| field.number += 1,
        |field| field.label = 1,
        |field| field.kind = 9,
        |field| field.type_name.push('x'),
        |field| field.one_of = Some("other".to_owned()),
    ];
    for change in changes {
        let mut theirs = Protocol::of(telestack_livekit::DESCRIPTORS)?;
        let connect = theirs.messages.get_mut("livekit.proto.ConnectRequest").expect("ConnectRequest");
        change(connect.get_mut("options").expect("its options"));
        let differences = ours.differences(&theirs);
        ensure!(
            differences.len() == 1 && differences[0].contains("ConnectRequest.options"),
            "{differences:?}"
        );
    }
    let mut theirs = Protocol::of(telestack_livekit::DESCRIPTORS)?;
    let values = theirs.enums.get_mut("livekit.proto.EncryptionState").expect("EncryptionState");
    values.insert("LATER".to_owned(), 99);
    ensure!(ours.differences(&theirs).len() == 1);
    let mut theirs = Protocol::of(telestack_livekit::DESCRIPTORS)?;
    let required = theirs.messages["livekit.proto.ConnectRequest"]["url"].clone();
    let connect = theirs.messages.get_mut("livekit.proto.ConnectRequest").expect("ConnectRequest");
    connect.insert("further".to_owned(), required);
    ensure!(ours.unsent(&theirs) == ["livekit.proto.ConnectRequest.further is required"]);
    Ok(())
}
