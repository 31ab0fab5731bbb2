/** That a picture could not be had; once something that was away is back, it may be asked for again. */
import { connection } from '$shared/stores/connection.svelte'

export class Failure {
  #what = $state.raw<{ of: string; returns: number } | null>(null)

  note(of = ''): void {
    this.#what = { of, returns: connection.returns }
  }

  forget(): void {
    this.#what = null
  }

  stands(of = ''): boolean {
    return this.#what?.of === of && this.#what.returns === connection.returns
  }
}
