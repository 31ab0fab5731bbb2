import { calls } from './calls'
import { chat } from './chat'
import { factor } from './factor'
import { files } from './files'
import { palette } from './palette'
import { people } from './people'
import { sas } from './sas'
import { security } from './security'
import { session } from './session'
import { settings } from './settings'
import { shell } from './shell'

export default { ...calls, ...chat, ...factor, ...files, ...palette, ...people, ...sas, ...security, ...session, ...settings, ...shell }
