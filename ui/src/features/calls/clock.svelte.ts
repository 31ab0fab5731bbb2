/** A clock that ticks once a second while somebody looks at it. */
import { createSubscriber } from 'svelte/reactivity'

const subscribe = createSubscriber((update) => {
  const timer = setInterval(update, 1000)
  return () => clearInterval(timer)
})

export function now(): number {
  subscribe()
  return Date.now()
}

/** 24:08, or 1:02:08 from an hour on. */
export function lasting(milliseconds: number): string {
  const all = Math.max(0, Math.floor(milliseconds / 1000))
  const two = (value: number) => String(value).padStart(2, '0')
  const hours = Math.floor(all / 3600)
  const minutes = Math.floor((all % 3600) / 60)
  return hours > 0 ? `${String(hours)}:${two(minutes)}:${two(all % 60)}` : `${String(minutes)}:${two(all % 60)}`
}
