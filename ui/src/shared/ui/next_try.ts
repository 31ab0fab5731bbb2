/** Whole seconds until a time, at least one: a try that is due is about to begin. Times are Unix milliseconds. */
export function secondsUntil(time: number, now: number): number {
  return Math.max(1, Math.ceil((time - now) / 1000))
}
