import { calls } from './calls'
import { files } from './files'
import { palette } from './palette'
import { people } from './people'
import { settings } from './settings'
import { shell } from './shell'

export default { ...calls, ...files, ...palette, ...people, ...settings, ...shell }
