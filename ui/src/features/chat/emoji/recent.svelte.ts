/** Signs used often, kept while the window is open. */
import { remember, START } from './recent'

class Recent {
  signs = $state.raw<string[]>(START)

  use(sign: string): void {
    this.signs = remember(this.signs, sign)
  }
}

export const recent = new Recent()
