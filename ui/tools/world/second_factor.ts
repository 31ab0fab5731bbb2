/** What an authenticator app is told, and the codes that stand in for it. */
import type { AppSecret } from '$shared/ipc'

const SIDE = 45

export const RECOVERY_CODES = ['8f1c04b2d7', '3a96e05b1c', 'c27d1f8840', '50be9a63f2', 'e41870cd95', '97a2f3b60e']

export const APP_SECRET: AppSecret = { secret: 'JBSWY3DPEHPK3PXPKRSWYZLTORQWG2ZA', qr: { side: SIDE, path: path() } }

/** Looks like a code for cameras and says nothing. */
function path(): string {
  let noise = 7
  let all = ''
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      noise = (noise * 75 + 74) % 65_537
      if (corner(x, y) ?? corner(SIDE - 1 - x, y) ?? corner(x, SIDE - 1 - y) ?? noise % 2 === 0) all += `M${String(x)} ${String(y)}h1v1h-1z`
    }
  return all
}

/** Whether a module of the upper left corner is dark; none outside of it. */
function corner(x: number, y: number): boolean | undefined {
  if (x > 7 || y > 7) return undefined
  const ring = Math.max(Math.abs(x - 3), Math.abs(y - 3))
  return ring !== 2 && ring !== 4
}
