//! What a window would show of one timeline.

use futures_util::{StreamExt, stream::BoxStream};
use telestack_chat::{
    Chat,
    view::{Body, Message, SendState, TimelineItem, TimelineUpdate},
};

use super::PATIENCE;

pub struct Window {
    stream: BoxStream<'static, TimelineUpdate>,
    pub items: Vec<TimelineItem>,
    pub typing: Vec<String>,
    pub reached_start: bool,
}

impl Window {
    pub async fn open(chat: &Chat, room: &str) -> Self {
        let stream = chat.open_timeline(room).await.expect("a timeline");
        Self { stream, items: Vec::new(), typing: Vec::new(), reached_start: false }
    }

    async fn step(&mut self) {
        match self.stream.next().await.expect("the stream goes on") {
            TimelineUpdate::Items { diffs } => {
                for diff in diffs {
                    diff.apply(&mut self.items);
                }
            }
            TimelineUpdate::Typing { who } => self.typing = who.into_iter().map(|one| one.name).collect(),
            TimelineUpdate::Pagination { reached_start, .. } => self.reached_start = reached_start,
        }
    }

    /// Waits until `condition` gives a value.
    pub async fn until<T>(&mut self, what: &str, condition: impl Fn(&Self) -> Option<T>) -> T {
        let wait = async {
            loop {
                if let Some(value) = condition(self) {
                    return value;
                }
                self.step().await;
            }
        };
        match tokio::time::timeout(PATIENCE, wait).await {
            Ok(value) => value,
            Err(_) => panic!("waited for {what}; the window shows {:#?}", self.items),
        }
    }

    pub async fn message(&mut self, text: &str) -> Message {
        let what = format!("the message {text:?}");
        self.until(&what, |window| window.find(text).cloned()).await
    }

    /// Waits until our message is at the server.
    pub async fn sent(&mut self, text: &str) -> Message {
        let what = format!("{text:?} sent");
        let is_sent = |message: &&Message| message.state == SendState::Sent && message.event_id.is_some();
        self.until(&what, |window| window.find(text).filter(is_sent).cloned()).await
    }

    pub fn find(&self, text: &str) -> Option<&Message> {
        self.messages().find(|message| matches!(&message.body, Body::Text { text: said, .. } if said == text))
    }

    pub fn messages(&self) -> impl Iterator<Item = &Message> {
        self.items.iter().filter_map(|item| match item {
            TimelineItem::Message(message) => Some(&**message),
            _ => None,
        })
    }

    /// The texts that begin with `prefix`, in order.
    pub fn texts(&self, prefix: &str) -> Vec<String> {
        let text = |message: &Message| match &message.body {
            Body::Text { text, .. } if text.starts_with(prefix) => Some(text.clone()),
            _ => None,
        };
        self.messages().filter_map(text).collect()
    }
}
