import type { Member, NoticeKind, TimelineItem } from '$shared/ipc'

const ABOUT_PEOPLE: readonly NoticeKind['kind'][] = ['invited', 'declined', 'joined', 'left', 'removed']

const RANK = { admin: 0, moderator: 1, member: 2 }

/** Who may do most first, invited people last, else by name. */
export function byPower(members: readonly Member[]): Member[] {
  return [...members].sort((a, b) => Number(a.invited) - Number(b.invited) || RANK[a.power] - RANK[b.power] || a.name.localeCompare(b.name))
}

/** Whether the room would be left without anybody who may change it. */
export function isOnlyAdmin(members: readonly Member[], me: string | null): boolean {
  const admins = members.filter((member) => member.power === 'admin' && !member.invited)
  return admins.length === 1 && admins[0]?.id === me && members.some((member) => !member.invited && member.id !== me)
}

/** The id of the newest line that says who came or went. */
export function newestAboutPeople(items: readonly TimelineItem[]): string | null {
  return items.findLast((item) => item.kind === 'notice' && ABOUT_PEOPLE.includes(item.what.kind))?.id ?? null
}
