/**
 * Tells the media host which tiles are seen and how large, in device pixels. Several places may show tiles (stage,
 * floating call, preview); what they show is sent together, once per animation frame.
 */
export type TileSize = { id: number; width: number; height: number }

export class LayoutReport {
  readonly #shown = new Map<symbol, readonly TileSize[]>()
  #asked = false
  #last = ''

  constructor(
    private readonly send: (tiles: TileSize[]) => void,
    private readonly soon: (run: () => void) => void = (run) => requestAnimationFrame(run),
  ) {}

  show(place: symbol, tiles: readonly TileSize[]): void {
    this.#shown.set(place, tiles)
    this.#ask()
  }

  hide(place: symbol): void {
    this.#shown.delete(place)
    this.#ask()
  }

  #ask(): void {
    if (this.#asked) return
    this.#asked = true
    this.soon(() => {
      this.#asked = false
      const tiles = this.#merged()
      const text = JSON.stringify(tiles)
      if (text === this.#last) return
      this.#last = text
      this.send(tiles)
    })
  }

  /** A tile that is seen twice is asked for in its larger size. */
  #merged(): TileSize[] {
    const merged = new Map<number, TileSize>()
    for (const tiles of this.#shown.values()) {
      for (const tile of tiles) {
        const other = merged.get(tile.id)
        if (!other || other.width * other.height < tile.width * tile.height) merged.set(tile.id, tile)
      }
    }
    return [...merged.values()]
  }
}
