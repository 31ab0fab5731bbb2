/** The people of crates/testkit/src/people.rs, and a few more to fill lists and stages. */
import type { Me, PersonView, Presence, Role } from '$shared/ipc'

type Row = [id: string, name: string, role: Role, title: string, team: string, presence: Presence, verified: boolean, inCall?: boolean]

const ROWS: Row[] = [
  ['ada', 'Ada Lovelace', 'administrator', 'Head of Engineering', 'Engineering', 'online', true],
  ['ben', 'Ben Okafor', 'member', 'Product Manager', 'Product', 'online', true, true],
  ['chloe', 'Chloé Martin', 'clinician', 'General Practitioner', 'Clinic', 'busy', true],
  ['daniel', 'Daniel Novák', 'member', 'Platform Engineer', 'Engineering', 'online', true, true],
  ['emeka', 'Emeka Eze', 'clinician', 'Nurse Practitioner', 'Clinic', 'away', false],
  ['fatima', 'Fatima Al-Sayed', 'reception', 'Front Desk', 'Clinic', 'online', true],
  ['grace', 'Grace Kim', 'member', 'Designer', 'Product', 'online', true, true],
  ['hiro', 'Hiro Tanaka', 'guest', 'Security Auditor', 'External', 'offline', false],
  ['ingrid', 'Ingrid Solberg', 'member', 'Data Engineer', 'Engineering', 'away', true],
  ['joao', 'João Ferreira', 'member', 'Support Lead', 'Product', 'online', false],
  ['katharina', 'Katharina von Hohenstein-Waldburg', 'clinician', 'Consultant, Internal Medicine and Infectious Diseases', 'Clinic', 'offline', true],
  ['liam', "Liam O'Connor", 'member', 'Test Engineer', 'Engineering', 'unknown', false],
]

export const people: PersonView[] = ROWS.map(([id, name, role, title, team, presence, verified, inCall]) => ({
  id,
  name,
  email: `${id}@northlight.example`,
  role,
  title,
  team,
  matrixId: matrixId(id),
  avatar: null,
  presence,
  inCall: inCall ?? false,
  verified,
  me: id === 'ada',
}))

export function matrixId(id: string): string {
  return `@${id}:northlight.example`
}

export function nameOf(id: string): string {
  return people.find((person) => person.id === id)?.name ?? id
}

export const me: Me = { userId: 'ada', name: 'Ada Lovelace', email: 'ada@northlight.example', matrixId: matrixId('ada'), deviceId: 'NORTHLIGHT', role: 'administrator', avatar: null }
