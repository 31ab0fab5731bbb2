/**
 * Tiles whose last picture was taken and not drawn yet. The media host sends the next one only after a credit, and it
 * learns of the tiles once per animation frame: one that goes and comes back in between would stand still for good.
 * So a picture that nobody will draw gives its credit back as well.
 */
export class Undrawn {
  readonly #tiles = new Set<number>()

  constructor(private readonly credit: (tile: number) => void) {}

  took(tile: number): void {
    this.#tiles.add(tile)
  }

  drew(tile: number): void {
    if (this.#tiles.delete(tile)) this.credit(tile)
  }

  /** Gives up what is not among `shown`. */
  keep(shown: ReadonlySet<number>): void {
    for (const tile of [...this.#tiles]) if (!shown.has(tile)) this.drew(tile)
  }

  /** Whatever would have drawn them is gone. */
  giveUp(): void {
    this.keep(new Set())
  }
}
