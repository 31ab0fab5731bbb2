import { expect, it } from 'vitest'
import { pastedBody } from './pasted'

it('puts what it is before the bytes', () => {
  const about = { roomId: '!a:x', name: 'Bär.png', caption: null }
  const body = pastedBody(about, new Uint8Array([1, 2, 3]))
  const length = new DataView(body.buffer).getUint32(0, true)
  expect(JSON.parse(new TextDecoder().decode(body.subarray(4, 4 + length)))).toEqual(about)
  expect([...body.subarray(4 + length)]).toEqual([1, 2, 3])
})
