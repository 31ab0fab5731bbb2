//! One line of a timeline.

use std::sync::Arc;

use matrix_sdk::{
    QueueWedgeError,
    media::MediaError,
    ruma::{api::error::ErrorKind, events::StateEventContentChange},
    send_queue::LocalEchoContent,
};
use matrix_sdk_ui::timeline::{
    AnyOtherStateEventContentChange as Other, EventSendState, EventTimelineItem, InReplyToDetails,
    MembershipChange, MsgLikeKind, Profile, TimelineDetails, TimelineEventItemId, TimelineItem as SdkItem,
    TimelineItemContent, TimelineItemKind, VirtualTimelineItem,
};

use super::{RoomTimeline, body};
use crate::{
    card,
    names::Names,
    view::{
        Body, FileCard, Message, Notice, NoticeKind, Progress, Reaction, ReplyPreview, SendFailure,
        SendState, Sender, TimelineItem,
    },
};

/// Puts the SDK's items into our words; remembers names.
pub struct Translator {
    timeline: Arc<RoomTimeline>,
    room: matrix_sdk::Room,
    names: Names,
}

impl Translator {
    pub fn new(timeline: Arc<RoomTimeline>) -> Self {
        let room = timeline.room().clone();
        Self { timeline, names: Names::new(room.clone()), room }
    }

    pub async fn item(&mut self, item: &SdkItem, online: bool) -> TimelineItem {
        let id = self.timeline.name(item);
        match item.kind() {
            TimelineItemKind::Virtual(VirtualTimelineItem::DateDivider(time)) => {
                TimelineItem::DayDivider { id, time: u64::from(time.get()) as f64 }
            }
            TimelineItemKind::Virtual(VirtualTimelineItem::ReadMarker) => TimelineItem::ReadMarker { id },
            TimelineItemKind::Virtual(VirtualTimelineItem::TimelineStart) => TimelineItem::Start { id },
            TimelineItemKind::Event(event) => match notice(event.content()) {
                Some(what) => TimelineItem::Notice(Notice {
                    id,
                    time: u64::from(event.timestamp().get()) as f64,
                    sender: self.sender(event).await,
                    what,
                }),
                None => TimelineItem::Message(Box::new(self.message(id, event, online).await)),
            },
        }
    }

    async fn message(&mut self, id: String, event: &EventTimelineItem, online: bool) -> Message {
        let content = event.content();
        let card = self.card(event).await;
        let mentions_me = event.is_highlighted()
            || content.as_message().and_then(|message| message.mentions()).is_some_and(|mentions| {
                !event.is_own() && (mentions.room || mentions.user_ids.contains(self.room.own_user_id()))
            });
        let body = body::body(content, card, mentions_me);
        let editable = event.is_editable() && matches!(body, Body::Text { .. });
        let (state, failure, progress) = sending(event.send_state(), online);
        let mut read_by = Vec::new();
        for user in event.read_receipts().keys() {
            if user != self.room.own_user_id() && user != event.sender() {
                read_by.push(self.names.of(user).await);
            }
        }
        Message {
            id,
            event_id: event.event_id().map(ToString::to_string),
            sender: self.sender(event).await,
            own: event.is_own(),
            time: u64::from(event.timestamp().get()) as f64,
            edited: content.as_message().is_some_and(matrix_sdk_ui::timeline::Message::is_edited),
            editable,
            reply_to: match content.in_reply_to() {
                Some(reply) => Some(self.reply(reply).await),
                None => None,
            },
            reactions: self.reactions(content),
            read_by,
            state,
            failure,
            progress,
            body,
        }
    }

    async fn sender(&mut self, event: &EventTimelineItem) -> Sender {
        let mut sender = self.names.of(event.sender()).await;
        if let TimelineDetails::Ready(Profile { display_name: Some(name), avatar_url, .. }) =
            event.sender_profile()
        {
            sender.name.clone_from(name);
            sender.avatar = avatar_url.as_ref().map(ToString::to_string);
        }
        sender
    }

    /// The SDK keeps no foreign fields of a message that is not sent yet; the send queue has them.
    async fn card(&self, event: &EventTimelineItem) -> Option<FileCard> {
        let message = event.content().as_message()?;
        if let Some(json) = event.latest_json() {
            return card::of_event(json);
        }
        if !card::may_be(message.body()) {
            return None;
        }
        let transaction = event.transaction_id()?;
        let (echoes, _) = self.room.send_queue().subscribe().await.ok()?;
        let echo = echoes.into_iter().find(|echo| echo.transaction_id == transaction)?;
        match echo.content {
            LocalEchoContent::Event { serialized_event, .. } => card::of_content(serialized_event.raw().0),
            _ => None,
        }
    }

    async fn reply(&mut self, reply: InReplyToDetails) -> ReplyPreview {
        let event_id = reply.event_id.to_string();
        let TimelineDetails::Ready(event) = reply.event else {
            return ReplyPreview { event_id, sender_name: None, preview: None };
        };
        let name = match &event.sender_profile {
            TimelineDetails::Ready(Profile { display_name: Some(name), .. }) => name.clone(),
            _ => self.names.of(&event.sender).await.name,
        };
        let card = match &event.identifier {
            TimelineEventItemId::EventId(id)
                if event.content.as_message().is_some_and(|m| card::may_be(m.body())) =>
            {
                let event = self.room.load_or_fetch_event(id, None).await.ok();
                event.and_then(|event| card::of_event(event.raw()))
            }
            _ => None,
        };
        ReplyPreview { event_id, sender_name: Some(name), preview: Some(body::preview(&event.content, card)) }
    }

    fn reactions(&self, content: &TimelineItemContent) -> Vec<Reaction> {
        let Some(reactions) = content.reactions() else { return Vec::new() };
        reactions
            .iter()
            .filter(|(_, senders)| !senders.is_empty())
            .map(|(key, senders)| Reaction {
                key: key.clone(),
                count: u32::try_from(senders.len()).unwrap_or(u32::MAX),
                mine: senders.contains_key(self.room.own_user_id()),
                senders: senders.keys().map(ToString::to_string).collect(),
            })
            .collect()
    }
}

/// What is told in one grey line; none for messages.
fn notice(content: &TimelineItemContent) -> Option<NoticeKind> {
    match content {
        TimelineItemContent::MembershipChange(change) => {
            let name = change.display_name().unwrap_or_else(|| change.user_id().localpart().to_owned());
            let id = change.user_id().to_string();
            Some(match change.change() {
                Some(MembershipChange::Joined | MembershipChange::InvitationAccepted) => {
                    NoticeKind::Joined { name }
                }
                Some(MembershipChange::Invited) => NoticeKind::Invited { id, name },
                Some(MembershipChange::InvitationRejected) => NoticeKind::Declined { name },
                Some(MembershipChange::Left) => NoticeKind::Left { name },
                Some(
                    MembershipChange::Kicked
                    | MembershipChange::Banned
                    | MembershipChange::KickedAndBanned
                    | MembershipChange::InvitationRevoked,
                ) => NoticeKind::Removed { id, name },
                _ => NoticeKind::Other,
            })
        }
        TimelineItemContent::OtherState(state) => Some(match state.content() {
            Other::RoomName(StateEventContentChange::Original { content, .. }) => {
                NoticeKind::Renamed { name: content.name.clone() }
            }
            Other::RoomTopic(StateEventContentChange::Original { content, .. }) => {
                NoticeKind::Topic { text: content.topic.clone() }
            }
            Other::RoomEncryption(_) => NoticeKind::Encrypted,
            Other::RoomCreate(_) => NoticeKind::Created,
            _ => NoticeKind::Other,
        }),
        TimelineItemContent::ProfileChange(_) | TimelineItemContent::FailedToParseState { .. } => {
            Some(NoticeKind::Other)
        }
        TimelineItemContent::MsgLike(message) if matches!(message.kind, MsgLikeKind::LiveLocation(_)) => {
            Some(NoticeKind::Other)
        }
        _ => None,
    }
}

fn sending(
    state: Option<&EventSendState>,
    online: bool,
) -> (SendState, Option<SendFailure>, Option<Progress>) {
    match state {
        None | Some(EventSendState::Sent { .. }) => (SendState::Sent, None, None),
        Some(EventSendState::NotSentYet { progress }) => {
            let progress = progress.as_ref().map(|media| Progress {
                done: media.progress.current as f64,
                total: media.progress.total as f64,
            });
            (if online { SendState::Sending } else { SendState::Queued }, None, progress)
        }
        Some(EventSendState::SendingFailed { is_recoverable: true, .. }) => (SendState::Queued, None, None),
        Some(EventSendState::SendingFailed { error, .. }) => (SendState::Failed, Some(failure(error)), None),
    }
}

fn failure(error: &matrix_sdk::Error) -> SendFailure {
    use matrix_sdk::Error;
    match error {
        Error::Http(error) => match error.as_client_api_error() {
            Some(answer) => answered(answer.status_code.as_u16(), answer.error_kind()),
            None => SendFailure::Other,
        },
        // The SDK knows the server's limit by the time it uploads, and does not even try.
        Error::Media(MediaError::MediaTooLargeToUpload { .. }) => SendFailure::TooLarge,
        Error::SendQueueWedgeError(error) => wedged(error),
        Error::OlmError(_) => SendFailure::Unverified,
        _ => SendFailure::Other,
    }
}

fn answered(status: u16, kind: Option<&ErrorKind>) -> SendFailure {
    match (status, kind) {
        // A proxy in front of the homeserver has a limit of its own, and no words of Matrix.
        (_, Some(ErrorKind::TooLarge)) | (413, _) => SendFailure::TooLarge,
        (_, Some(ErrorKind::Forbidden)) => SendFailure::NotAllowed,
        _ => SendFailure::Other,
    }
}

/// After a restart the server's answer is known by its text alone, which has its status and Matrix' code in it.
fn wedged(error: &QueueWedgeError) -> SendFailure {
    match error {
        QueueWedgeError::InsecureDevices { .. }
        | QueueWedgeError::IdentityViolations { .. }
        | QueueWedgeError::CrossVerificationRequired => SendFailure::Unverified,
        QueueWedgeError::GenericApiError { msg } if msg.contains("M_TOO_LARGE") || msg.contains("[413") => {
            SendFailure::TooLarge
        }
        QueueWedgeError::GenericApiError { msg } if msg.contains("M_FORBIDDEN") => SendFailure::NotAllowed,
        _ => SendFailure::Other,
    }
}

#[cfg(test)]
mod tests {
    use matrix_sdk::ruma::uint;

    use super::*;

    fn wedge(msg: &str) -> SendFailure {
        wedged(&QueueWedgeError::GenericApiError { msg: msg.to_owned() })
    }

    #[test]
    fn too_large_is_known_from_whoever_says_it() {
        let here = MediaError::MediaTooLargeToUpload { max: uint!(1), current: uint!(2) };
        assert_eq!(failure(&matrix_sdk::Error::Media(here)), SendFailure::TooLarge);
        assert_eq!(answered(413, Some(&ErrorKind::TooLarge)), SendFailure::TooLarge);
        assert_eq!(answered(413, None), SendFailure::TooLarge);
        assert_eq!(wedge("[413 / M_TOO_LARGE] event too large"), SendFailure::TooLarge);
        assert_eq!(wedge("the server returned an error: [413] <non-json bytes>"), SendFailure::TooLarge);
    }

    #[test]
    fn the_other_reasons_keep_their_codes() {
        assert_eq!(answered(403, Some(&ErrorKind::Forbidden)), SendFailure::NotAllowed);
        assert_eq!(wedge("[403 / M_FORBIDDEN] no"), SendFailure::NotAllowed);
        assert_eq!(answered(500, None), SendFailure::Other);
        assert_eq!(wedged(&QueueWedgeError::CrossVerificationRequired), SendFailure::Unverified);
    }
}
