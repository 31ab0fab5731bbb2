import { expect, it } from 'vitest'
import { allLicences } from './window_licences'

it('lists what the window is built on among the crates, each with its licence', () => {
  const all = allLicences([{ name: 'tokio', version: '1.0.0', licence: 'MIT' }, { name: 'anyhow', version: '1.0.0', licence: 'MIT' }])
  const names = all.map((each) => each.name)
  expect(names).toEqual(['@tauri-apps/api', 'anyhow', 'Inter', 'JetBrains Mono', 'lucide', 'svelte', 'tokio'])
  expect(all.every((each) => each.licence !== '')).toBe(true)
})
