//! Messages that the SDK's timeline holds twice.
//!
//! It leaves the echo of a message beside the message itself where the sync brings it before the timeline has heard of
//! the sending: seen once, on a machine with far more to do than it could. Whoever wrote it would see it twice.

use std::sync::Arc;

use matrix_sdk::ruma::EventId;
use matrix_sdk_ui::{
    eyeball_im::Vector,
    timeline::{EventTimelineItem, TimelineItem},
};

/// The places of echoes whose message came from the server too, in order.
pub fn places(items: &Vector<Arc<TimelineItem>>) -> Vec<usize> {
    doubles(items.iter().map(|item| Known::of(item)))
}

/// What tells whether two items are the same message.
#[derive(Clone, Copy)]
struct Known<'a> {
    event: Option<&'a EventId>,
    /// One of this device that the timeline made before the server had it.
    echo: bool,
}

impl<'a> Known<'a> {
    fn of(item: &'a TimelineItem) -> Self {
        let event = item.as_event();
        Self {
            event: event.and_then(EventTimelineItem::event_id),
            echo: event.is_some_and(EventTimelineItem::is_local_echo),
        }
    }
}

fn doubles<'a>(items: impl Iterator<Item = Known<'a>> + Clone) -> Vec<usize> {
    let sent = items.clone().enumerate().filter(|(_, item)| item.echo && item.event.is_some());
    sent.filter(|(_, echo)| items.clone().any(|other| !other.echo && other.event == echo.event))
        .map(|(place, _)| place)
        .collect()
}

#[cfg(test)]
mod tests {
    use matrix_sdk::ruma::event_id;

    use super::*;

    #[test]
    fn an_echo_goes_once_its_message_is_there() {
        let (one, two) = (Some(event_id!("$one")), Some(event_id!("$two")));
        let known = |event, echo| Known { event, echo };
        let (waiting, divider) = (known(None, true), known(None, false));
        let places = |items: &[Known<'_>]| doubles(items.iter().copied());
        assert_eq!(places(&[known(one, true), known(one, false), divider]), [0]);
        assert_eq!(places(&[known(two, false), known(two, true), known(one, true)]), [1]);
        assert!(places(&[known(one, false), known(two, true), waiting, divider]).is_empty());
    }
}
