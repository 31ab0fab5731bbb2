/** What is pasted, as `send_pasted` of the core takes it: four bytes say how long the JSON is that follows, least first; the rest is the bytes. */
export type PastedAbout = { roomId: string; name: string; caption: string | null }

/** More than this is not pasted. The core refuses it, too. */
export const MOST_PASTED = 64 * 1024 * 1024

export function pastedBody(about: PastedAbout, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(JSON.stringify(about))
  const body = new Uint8Array(4 + json.length + bytes.length)
  new DataView(body.buffer).setUint32(0, json.length, true)
  body.set(json, 4)
  body.set(bytes, 4 + json.length)
  return body
}
