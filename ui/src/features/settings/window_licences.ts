/** What the window itself is built on; the core lists the crates. */
import type { Licence } from '$shared/ipc'
// Only what it is called.
// eslint-disable-next-line no-restricted-imports
import { license as tauriLicence, name as tauriName, version as tauriVersion } from '@tauri-apps/api/package.json'
import { license as iconsLicence, version as iconsVersion } from 'lucide-static/package.json'
import { license as svelteLicence, version as svelteVersion } from 'svelte/package.json'

const WINDOW: readonly Licence[] = [
  { name: tauriName, version: tauriVersion, licence: tauriLicence },
  { name: 'svelte', version: svelteVersion, licence: svelteLicence },
  { name: 'lucide', version: iconsVersion, licence: iconsLicence },
  { name: 'Inter', version: '', licence: 'OFL-1.1' },
  { name: 'JetBrains Mono', version: '', licence: 'OFL-1.1' },
]

/** All of them by name, as people look them up. */
export function allLicences(crates: readonly Licence[]): Licence[] {
  const names = new Intl.Collator('en', { sensitivity: 'base' })
  return [...crates, ...WINDOW].toSorted((a, b) => names.compare(a.name, b.name) || names.compare(a.version, b.version))
}
