/** Which area is open, and which room in Chat. */
export type Area = 'chat' | 'calls' | 'files' | 'people' | 'settings'

class Nav {
  area = $state<Area>('chat')
  room = $state<string | null>(null)

  go(area: Area): void {
    this.area = area
  }

  openRoom(id: string): void {
    this.room = id
    this.area = 'chat'
  }
}

export const nav = new Nav()
