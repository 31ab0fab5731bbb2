/** Says when waiting deserves to be shown: nothing for 300 ms, a word after 8 s. */

const SHOW_MS = 300
const WORD_MS = 8000

export type Waiting = 'unseen' | 'skeleton' | 'long'

/** Call while a component is made; `waiting` is read in an effect. */
export function patience(waiting: () => boolean): { readonly now: Waiting } {
  let now = $state<Waiting>('unseen')
  $effect(() => {
    now = 'unseen'
    if (!waiting()) return
    const show = setTimeout(() => (now = 'skeleton'), SHOW_MS)
    const word = setTimeout(() => (now = 'long'), WORD_MS)
    return () => {
      clearTimeout(show)
      clearTimeout(word)
    }
  })
  return {
    get now() {
      return now
    },
  }
}
