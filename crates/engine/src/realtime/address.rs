//! Subscriptions in the address of the socket, as SDKs of before sent them: `channels[]=`, with `queries[]=` for all of
//! them, or with queries for each channel and subscription: `rows[0][]=`, `rows[1][]=`.

use std::collections::BTreeMap;

use super::messages::Wanted;

/// What the parameters of an address ask for, in the order of the subscriptions.
pub fn subscriptions(query: &[(String, String)]) -> Vec<Wanted> {
    let values = |name: &str| -> Vec<String> {
        let of_list = |key: &str| {
            let index = key.strip_prefix(name).and_then(|rest| rest.strip_prefix('[')?.strip_suffix(']'));
            index.is_some_and(|index| !index.contains(['[', ']']))
        };
        query.iter().filter(|(key, _)| of_list(key)).map(|(_, value)| value.clone()).collect()
    };
    let (channels, queries) = (values("channels"), values("queries"));
    let mut plain = Vec::new();
    let mut slots: BTreeMap<u32, Wanted> = BTreeMap::new();
    for channel in channels {
        let mut own: BTreeMap<u32, Vec<String>> = BTreeMap::new();
        for (key, value) in query {
            if let Some(slot) = key.strip_prefix(&channel).and_then(slot_of) {
                own.entry(slot).or_default().push(value.clone());
            }
        }
        if own.is_empty() {
            plain.push(channel);
            continue;
        }
        for (slot, queries) in own {
            // Every channel of a subscription repeats its queries.
            let wanted = slots.entry(slot).or_insert_with(|| Wanted { queries, ..Wanted::default() });
            wanted.channels.push(channel.clone());
        }
    }
    let plain = (!plain.is_empty()).then_some(Wanted { subscription_id: None, channels: plain, queries });
    plain.into_iter().chain(slots.into_values()).collect()
}

/// The number in `[3][]` and `[3][0]`.
fn slot_of(rest: &str) -> Option<u32> {
    let (slot, rest) = rest.strip_prefix('[')?.split_once(']')?;
    let index = rest.strip_prefix('[')?.strip_suffix(']')?;
    if index.bytes().all(|byte| byte.is_ascii_digit()) { slot.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(address: &str) -> Vec<(Vec<String>, Vec<String>)> {
        let query: Vec<_> = url::form_urlencoded::parse(address.as_bytes()).into_owned().collect();
        subscriptions(&query).into_iter().map(|wanted| (wanted.channels, wanted.queries)).collect()
    }

    #[test]
    fn both_forms_are_read() {
        let own = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        assert_eq!(read("project=p"), []);
        assert_eq!(
            read("channels[]=rows&channels[1]=files&queries[]=q"),
            [(own(&["rows", "files"]), own(&["q"]))]
        );
        assert_eq!(
            read(
                "channels[]=rows&channels[]=a.b&channels[]=plain&rows[0][]=q&rows[0][]=r&rows[1][]=s&a.b[1][]=s&rows[x][]=t&rows[2]=u"
            ),
            [
                (own(&["plain"]), own(&[])),
                (own(&["rows"]), own(&["q", "r"])),
                (own(&["rows", "a.b"]), own(&["s"])),
            ]
        );
    }

    proptest! {
        #[test]
        fn no_address_is_too_odd(text in "[a-z0-9\\[\\]=&%.]{0,200}") {
            for (channels, _) in read(&text) {
                prop_assert!(!channels.is_empty());
            }
        }
    }
}
