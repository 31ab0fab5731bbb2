import { areas } from './areas'
import { calls } from './calls'
import { chat } from './chat'
import { factor } from './factor'
import { security } from './security'
import { session } from './session'
import type { Views } from './view'

export const views: Views = { ...session, ...chat, ...calls, ...areas, ...security, ...factor }
