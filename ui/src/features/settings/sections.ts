/** How the sections of Settings are grouped. */
import type { Section } from '$shared/nav.svelte'

export type Group = 'you' | 'computer' | 'product'

export const GROUPS: readonly { group: Group; sections: readonly Section[] }[] = [
  { group: 'you', sections: ['profile', 'security', 'sessions'] },
  { group: 'computer', sections: ['appearance', 'sound', 'notifications'] },
  { group: 'product', sections: ['about'] },
]
