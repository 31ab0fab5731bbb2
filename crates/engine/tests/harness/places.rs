//! A database of addresses in MaxMind's format (https://maxmind.github.io/MaxMind-DB/), as small as it can be.

/// A value of the data section.
pub enum Data<'a> {
    Text(&'a str),
    Number(u32),
    Decimal(f64),
    Map(Vec<(&'a str, Data<'a>)>),
}

/// `networks` are IPv4 networks (first address, bits) with what is known of them.
pub fn database(networks: &[([u8; 4], usize, Data)]) -> Vec<u8> {
    let mut data = Vec::new();
    // Of each node where a 0 and a 1 lead: to a node, to nothing, or to an offset in the data.
    let mut nodes: Vec<[Leads; 2]> = vec![[Leads::Nowhere; 2]];
    for (address, bits, known) in networks {
        let offset = data.len();
        write(&mut data, known);
        let mut at = 0;
        let path = (0..96)
            .map(|_| 0)
            .chain((0..*bits).map(|bit| usize::from(address[bit / 8] >> (7 - bit % 8) & 1)));
        let path: Vec<usize> = path.collect();
        let (last, before) = path.split_last().expect("bits");
        for bit in before {
            at = match nodes[at][*bit] {
                Leads::Node(next) => next,
                Leads::Nowhere | Leads::Data(_) => {
                    nodes.push([Leads::Nowhere; 2]);
                    let next = nodes.len() - 1;
                    nodes[at][*bit] = Leads::Node(next);
                    next
                }
            };
        }
        nodes[at][*last] = Leads::Data(offset);
    }
    let count = nodes.len();
    let mut file = Vec::new();
    for leads in nodes.iter().flatten() {
        let number = match leads {
            Leads::Node(node) => *node,
            Leads::Nowhere => count,
            Leads::Data(offset) => count + 16 + offset,
        };
        file.extend_from_slice(&u32::try_from(number).expect("small").to_be_bytes()[1..]);
    }
    file.extend_from_slice(&[0; 16]);
    file.extend(data);
    file.extend_from_slice(b"\xab\xcd\xefMaxMind.com");
    write_metadata(&mut file, u32::try_from(count).expect("small"));
    file
}

#[derive(Clone, Copy)]
enum Leads {
    Nowhere,
    Node(usize),
    Data(usize),
}

fn write(to: &mut Vec<u8>, data: &Data) {
    match data {
        Data::Text(text) => write_text(to, text),
        Data::Number(number) => write_number(to, 6, *number),
        Data::Decimal(number) => {
            to.push(3 << 5 | 8);
            to.extend_from_slice(&number.to_be_bytes());
        }
        Data::Map(pairs) => {
            to.push(7 << 5 | u8::try_from(pairs.len()).expect("few"));
            for (key, value) in pairs {
                write_text(to, key);
                write(to, value);
            }
        }
    }
}

/// At most 28 bytes, which is as much as one byte says.
fn write_text(to: &mut Vec<u8>, text: &str) {
    assert!(text.len() < 29, "{text}");
    to.push(2 << 5 | u8::try_from(text.len()).expect("short"));
    to.extend_from_slice(text.as_bytes());
}

fn write_number(to: &mut Vec<u8>, kind: u8, number: u32) {
    let bytes = number.to_be_bytes();
    let bytes = if kind == 5 { &bytes[2..] } else { &bytes[..] };
    to.push(kind << 5 | u8::try_from(bytes.len()).expect("few"));
    to.extend_from_slice(bytes);
}

fn write_metadata(to: &mut Vec<u8>, nodes: u32) {
    to.push(7 << 5 | 9);
    write_text(to, "node_count");
    write_number(to, 6, nodes);
    for (key, number) in [
        ("record_size", 24),
        ("ip_version", 6),
        ("binary_format_major_version", 2),
        ("binary_format_minor_version", 0),
    ] {
        write_text(to, key);
        write_number(to, 5, number);
    }
    write_text(to, "database_type");
    write_text(to, "Test-City");
    write_text(to, "languages");
    // A list of one: lists are of an extended kind, which the second byte says.
    to.extend_from_slice(&[1, 4]);
    write_text(to, "en");
    write_text(to, "build_epoch");
    // A number of 64 bits, of an extended kind as well.
    to.extend_from_slice(&[8, 2]);
    to.extend_from_slice(&1_700_000_000_u64.to_be_bytes());
    write_text(to, "description");
    to.push(7 << 5);
}
