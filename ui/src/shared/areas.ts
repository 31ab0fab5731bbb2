/** The digit that opens each area with Ctrl; 5 is kept for Visits. */
import type { Area } from '$shared/nav.svelte'

export const DIGITS: Record<Area, string> = { chat: '1', calls: '2', files: '3', people: '4', settings: '6' }

export function areaOf(digit: string): Area | null {
  return (Object.keys(DIGITS) as Area[]).find((area) => DIGITS[area] === digit) ?? null
}
