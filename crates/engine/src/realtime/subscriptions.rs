//! What one connection wants to hear.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use serde_json::{Map, Value, json};

use super::{filter::Filter, messages::Wanted};
use crate::core::{
    error::{ApiError, ApiResult},
    events::Numbered,
    ids,
};

/// Subscriptions of one connection.
const MOST: usize = 256;
/// Characters of all ids, channels and queries of one connection.
const ROOM: usize = 64 * 1024;
/// Channels of one subscription.
const CHANNELS: usize = 100;
const LONGEST: usize = 256;

#[derive(Debug, Default)]
pub struct Subscriptions {
    list: Vec<Arc<Subscription>>,
    /// Places in the list.
    by_channel: HashMap<String, Vec<usize>>,
}

#[derive(Debug)]
struct Subscription {
    /// As the client chose it.
    id: String,
    channels: Vec<String>,
    queries: Vec<String>,
    filter: Filter,
    /// The number of the last event before it: what was told earlier is not for it.
    since: u64,
}

impl Subscription {
    fn parse(wanted: Wanted, since: u64) -> ApiResult<Self> {
        let Wanted { subscription_id, channels, queries } = wanted;
        if channels.is_empty() || channels.len() > CHANNELS || channels.iter().any(|c| c.len() > LONGEST) {
            return Err(ApiError::argument(
                "A subscription has 1 to 100 channels of at most 256 characters.",
            ));
        }
        let id = subscription_id.filter(|id| !id.is_empty()).unwrap_or_else(ids::unique);
        if id.len() > LONGEST {
            return Err(ApiError::argument("The subscription's id is too long."));
        }
        Ok(Self { filter: Filter::parse(&queries)?, id, channels, queries, since })
    }

    fn size(&self) -> usize {
        self.id.len() + self.channels.iter().chain(&self.queries).map(String::len).sum::<usize>()
    }
}

impl Subscriptions {
    /// Adds subscriptions, each in place of one with its id, or none of them. `since` is the number of the last event so
    /// far. Answers them as they count now.
    pub fn put(&mut self, wanted: Vec<Wanted>, since: u64) -> ApiResult<Vec<Value>> {
        if wanted.len() > MOST {
            return Err(too_many());
        }
        let mut list = self.list.clone();
        let mut answers = Vec::new();
        for wanted in wanted {
            let new = Arc::new(Subscription::parse(wanted, since)?);
            answers
                .push(json!({ "subscriptionId": new.id, "channels": new.channels, "queries": new.queries }));
            match list.iter_mut().find(|known| known.id == new.id) {
                Some(known) => *known = new,
                None => list.push(new),
            }
        }
        if list.len() > MOST || list.iter().map(|known| known.size()).sum::<usize>() > ROOM {
            return Err(too_many());
        }
        self.set(list);
        Ok(answers)
    }

    pub fn remove(&mut self, ids: &[&str]) {
        let list = self.list.iter().filter(|known| !ids.contains(&known.id.as_str())).cloned().collect();
        self.set(list);
    }

    fn set(&mut self, list: Vec<Arc<Subscription>>) {
        self.by_channel.clear();
        for (place, known) in list.iter().enumerate() {
            for channel in &known.channels {
                self.by_channel.entry(channel.clone()).or_default().push(place);
            }
        }
        self.list = list;
    }

    /// The subscriptions that an event is for.
    pub fn of(&self, told: &Numbered) -> Vec<&str> {
        let places = told.event.channels.iter().filter_map(|channel| self.by_channel.get(channel)).flatten();
        let places: BTreeSet<usize> = places.copied().collect();
        let wants =
            |known: &&Arc<Subscription>| known.since < told.number && known.filter.fits(&told.event.payload);
        places.into_iter().map(|place| &self.list[place]).filter(wants).map(|known| &*known.id).collect()
    }

    /// Every channel once.
    pub fn channels(&self) -> HashSet<String> {
        self.by_channel.keys().cloned().collect()
    }

    /// Every channel once, in the order in which they were asked for.
    pub fn channel_list(&self) -> Vec<&str> {
        let mut seen = HashSet::new();
        let all = self.list.iter().flat_map(|known| known.channels.iter().map(String::as_str));
        all.filter(|channel| seen.insert(*channel)).collect()
    }

    /// `{id: {channels, queries}}`
    pub fn json(&self) -> Value {
        let one = |known: &Arc<Subscription>| {
            (known.id.clone(), json!({ "channels": known.channels, "queries": known.queries }))
        };
        Value::Object(self.list.iter().map(one).collect::<Map<_, _>>())
    }
}

fn too_many() -> ApiError {
    ApiError::argument("A connection has at most 256 subscriptions, and 64 KiB of channels and queries.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::events::Event;

    fn wanted(id: &str, channels: &[&str], queries: &[Value]) -> Wanted {
        Wanted {
            subscription_id: Some(id.into()),
            channels: channels.iter().map(|&channel| channel.to_owned()).collect(),
            queries: queries.iter().map(Value::to_string).collect(),
        }
    }

    fn event(number: u64, name: &str) -> Numbered {
        let channels = ["files".to_owned(), "buckets.b.files".to_owned()];
        let path = [("buckets", "b"), ("files", "f")];
        let event = Event::new(&path, "update", json!({ "name": name }), 0).on(channels, "update");
        Numbered { number, event: Arc::new(event) }
    }

    #[test]
    fn an_event_finds_its_subscriptions_once_each() {
        let mut mine = Subscriptions::default();
        let named = json!({ "method": "equal", "attribute": "name", "values": ["x"] });
        let both =
            vec![wanted("a", &["files", "buckets.b.files"], &[]), wanted("b", &["files.update"], &[named])];
        mine.put(both, 4).expect("put");
        assert_eq!(mine.of(&event(5, "x")), ["a", "b"]);
        assert_eq!(mine.of(&event(5, "y")), ["a"]);
        assert!(mine.of(&event(4, "x")).is_empty(), "told before they were there");
        assert_eq!(mine.channel_list(), ["files", "buckets.b.files", "files.update"]);
        mine.put(vec![wanted("a", &["rows"], &[])], 5).expect("replaced");
        assert_eq!(mine.of(&event(6, "x")), ["b"]);
        mine.remove(&["b"]);
        assert!(mine.of(&event(7, "x")).is_empty());
        assert_eq!(mine.channels(), HashSet::from(["rows".to_owned()]));
    }

    #[test]
    fn all_of_a_message_counts_or_nothing_and_there_is_an_end() {
        let mut mine = Subscriptions::default();
        let bad = json!("limit(");
        let refused = mine.put(vec![wanted("a", &["rows"], &[]), wanted("b", &["rows"], &[bad])], 0);
        assert!(refused.is_err() && mine.channels().is_empty());
        assert!(mine.put(vec![wanted("a", &[], &[])], 0).is_err());
        let many = |count: usize| (0..count).map(|n| wanted(&n.to_string(), &["rows"], &[])).collect();
        assert!(mine.put(many(100_000), 0).is_err());
        mine.put(many(MOST), 0).expect("as many as there is room for");
        assert!(mine.put(vec![wanted("one more", &["rows"], &[])], 0).is_err());
        mine.put(vec![wanted("0", &["files"], &[])], 0).expect("in place of another");
        let mut long = Subscriptions::default();
        let channels: Vec<String> = (0..CHANNELS).map(|n| format!("{n:0>250}")).collect();
        let channels: Vec<&str> = channels.iter().map(String::as_str).collect();
        assert!(long.put(vec![wanted("a", &channels, &[])], 0).is_ok());
        let refused = long.put(vec![wanted("b", &channels, &[]), wanted("c", &channels, &[])], 0);
        assert!(refused.is_err(), "more than 64 KiB");
    }
}
