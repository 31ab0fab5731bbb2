/** The language of the window: the one chosen in Settings, else the desktop's, else English. */
export type Language = 'en' | 'de'

export function languageOf(wanted: readonly (string | null)[]): Language {
  for (const tag of wanted) {
    const main = tag?.toLowerCase().split('-')[0]
    if (main === 'en' || main === 'de') return main
  }
  return 'en'
}

class LanguageStore {
  current = $state<Language>(languageOf(navigator.languages))

  choose(tag: string | null): void {
    this.current = languageOf([tag, ...navigator.languages])
  }
}

export const language = new LanguageStore()
