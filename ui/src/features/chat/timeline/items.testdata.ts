import type { Message, TimelineItem } from '$shared/ipc'

export function item(id: string, more: Partial<Message> = {}): TimelineItem & { kind: 'message' } {
  return {
    kind: 'message',
    id,
    eventId: `$${id}`,
    sender: { id: more.own ? '@me:localhost' : '@kwame:localhost', name: 'Kwame', avatar: null, verified: true },
    own: false,
    time: 0,
    body: { kind: 'text', text: id, html: null, emote: false, mentionsMe: false },
    edited: false,
    editable: false,
    replyTo: null,
    reactions: [],
    readBy: [],
    state: 'sent',
    failure: null,
    progress: null,
    ...more,
  }
}
