import { expect, it } from 'vitest'
import type { PersonView, RoomSummary } from '$shared/ipc'
import { facesOf } from './faces'

const room = (id: string, part: Partial<RoomSummary> = {}) => ({ id, name: id, membership: 'joined', directUser: null, favourite: false, ...part }) as RoomSummary
const person = (name: string, part: Partial<PersonView> = {}) => ({ name, matrixId: `@${name}`, me: false, ...part }) as PersonView

it('lists somebody once, by the conversation that exists', () => {
  const faces = facesOf([room('Kwame', { directUser: '@kwame' })], [person('kwame'), person('elif'), person('ada', { me: true })], '', 10)
  expect(faces.map((face) => face.name)).toEqual(['Kwame', 'elif'])
  expect(faces[0]?.person?.name).toBe('kwame')
})

it('puts favourites first and leaves invitations out', () => {
  const faces = facesOf([room('a'), room('b', { favourite: true }), room('c', { membership: 'invited' })], [], '', 10)
  expect(faces.map((face) => face.name)).toEqual(['b', 'a'])
})

it('finds without regard to case', () => {
  expect(facesOf([room('Release')], [person('Elif')], 'EL', 10).map((face) => face.name)).toEqual(['Release', 'Elif'])
})
