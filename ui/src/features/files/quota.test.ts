import { expect, it } from 'vitest'
import type { Drive } from '$shared/ipc'
import { parts, share } from './quota'

const drive = (id: string, used: number, name = id): Drive => ({ id, name, used, maxFileSize: 1, readOnly: false })

it('names the largest drives and puts the rest together', () => {
  const drives = [drive('a', 5), drive('b', 20), drive('c', 10), drive('d', 4)]
  expect(parts({ used: 45, quota: 100 }, drives)).toEqual([
    { id: 'b', name: 'b', percent: 20 },
    { id: 'c', name: 'c', percent: 10 },
    { id: 'a', name: 'a', percent: 5 },
    { id: '', name: '', percent: 10 },
  ])
})

it('leaves out what rooms carry, which another server keeps', () => {
  expect(parts({ used: 20, quota: 100 }, [drive('files', 20), drive('chats', 70)]).map(({ id }) => id)).toEqual(['files'])
})

it('tells drives of one name apart', () => {
  expect(new Set(parts({ used: 3, quota: 100 }, [drive('a', 1, 'Clinic'), drive('b', 2, 'Clinic')]).map(({ id }) => id)).size).toBe(2)
})

it('is never fuller than full, and knows no share without a limit', () => {
  expect(share({ used: 120, quota: 100 })).toBe(100)
  expect(share({ used: 120, quota: null })).toBe(0)
  expect(parts({ used: 120, quota: null }, [drive('a', 1)])).toEqual([])
})
