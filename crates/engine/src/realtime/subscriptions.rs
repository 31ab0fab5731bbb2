//! What one connection wants to hear.

use serde_json::{Map, Value, json};

use super::filter::Filter;
use crate::core::{
    error::{ApiError, ApiResult},
    events::Event,
    ids,
};

/// Of one connection.
const MOST: usize = 100;
/// Of one subscription.
const CHANNELS: usize = 100;
const LONGEST: usize = 256;

#[derive(Debug, Default)]
pub struct Subscriptions {
    list: Vec<Subscription>,
}

#[derive(Debug)]
struct Subscription {
    /// As the client chose it.
    id: String,
    channels: Vec<String>,
    queries: Vec<String>,
    filter: Filter,
}

impl Subscriptions {
    /// Adds a subscription, or replaces the one with this id. Answers its id.
    pub fn put(
        &mut self,
        id: Option<String>,
        channels: Vec<String>,
        queries: &[String],
    ) -> ApiResult<String> {
        if channels.is_empty() || channels.len() > CHANNELS || channels.iter().any(|c| c.len() > LONGEST) {
            return Err(ApiError::argument("A subscription has 1 to 100 channels."));
        }
        let id = id.filter(|id| !id.is_empty()).unwrap_or_else(ids::unique);
        if id.len() > LONGEST {
            return Err(ApiError::argument("The subscription's id is too long."));
        }
        let (filter, queries) = (Filter::parse(queries)?, queries.to_vec());
        let new = Subscription { id: id.clone(), channels, queries, filter };
        let full = self.list.len() >= MOST;
        match self.list.iter_mut().find(|known| known.id == id) {
            Some(known) => *known = new,
            None if full => return Err(ApiError::argument("A connection has at most 100 subscriptions.")),
            None => self.list.push(new),
        }
        Ok(id)
    }

    pub fn remove(&mut self, id: &str) {
        self.list.retain(|known| known.id != id);
    }

    /// The subscriptions that an event is for.
    pub fn of<'a>(&'a self, event: &Event) -> Vec<&'a str> {
        let wants = |known: &&Subscription| {
            known.channels.iter().any(|channel| event.channels.contains(channel))
                && known.filter.fits(&event.payload)
        };
        self.list.iter().filter(wants).map(|known| known.id.as_str()).collect()
    }

    pub fn channels(&self) -> Vec<&str> {
        self.list.iter().flat_map(|known| known.channels.iter().map(String::as_str)).collect()
    }

    /// `{id: {channels, queries}}`
    pub fn json(&self) -> Value {
        let one = |known: &Subscription| {
            (known.id.clone(), json!({ "channels": known.channels, "queries": known.queries }))
        };
        Value::Object(self.list.iter().map(one).collect::<Map<_, _>>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_finds_its_subscriptions_once_each() {
        let mut mine = Subscriptions::default();
        let channels = |list: &[&str]| list.iter().map(|&channel| channel.to_owned()).collect::<Vec<_>>();
        mine.put(Some("a".into()), channels(&["files", "buckets.b.files"]), &[]).expect("put");
        let named = json!({ "method": "equal", "attribute": "name", "values": ["x"] }).to_string();
        mine.put(Some("b".into()), channels(&["files.update"]), &[named]).expect("put");
        let event = |name: &str| {
            Event::new(&[("buckets", "b"), ("files", "f")], "update", json!({ "name": name }), 0)
                .on(channels(&["files", "buckets.b.files"]), "update")
        };
        assert_eq!(mine.of(&event("x")), ["a", "b"]);
        assert_eq!(mine.of(&event("y")), ["a"]);
        mine.put(Some("a".into()), channels(&["rows"]), &[]).expect("replaced");
        assert_eq!(mine.of(&event("x")), ["b"]);
        mine.remove("b");
        assert!(mine.of(&event("x")).is_empty());
        assert!(mine.put(None, Vec::new(), &[]).is_err());
    }
}
