/** Which area is open, and which room in Chat and section in Settings. */
export type Area = 'chat' | 'calls' | 'files' | 'people' | 'settings'
export type Section = 'profile' | 'security' | 'sessions' | 'appearance' | 'sound' | 'notifications' | 'about'

class Nav {
  area = $state<Area>('chat')
  room = $state<string | null>(null)
  section = $state<Section>('appearance')

  go(area: Area): void {
    this.area = area
  }

  openRoom(id: string): void {
    this.room = id
    this.area = 'chat'
  }

  openSettings(section: Section): void {
    this.section = section
    this.area = 'settings'
  }
}

export const nav = new Nav()
