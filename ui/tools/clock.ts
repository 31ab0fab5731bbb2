/** A clock that starts at the same moment every time, so that pictures differ only where the window does. */
export const START = new Date(2026, 10, 24, 10, 42).getTime()

const Real = Date
const from = performance.now()

export function setClock(): void {
  const now = () => START + Math.floor(performance.now() - from)
  window.Date = new Proxy(Real, {
    construct: (target, given: ConstructorParameters<typeof Date> | []) => (given.length === 0 ? new target(now()) : new target(...given)),
    get: (target, key) => (key === 'now' ? now : (Reflect.get(target, key) as unknown)),
  })
}

const MINUTE = 60_000

/** A time of the past, from the start. */
export const ago = (minutes: number): number => START - minutes * MINUTE
/** Yesterday and before, at a time of day. */
export const day = (days: number, hour: number, minute = 0): number => new Real(2026, 10, 24 - days, hour, minute).getTime()
