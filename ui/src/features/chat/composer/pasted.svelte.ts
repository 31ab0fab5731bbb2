/** Pictures and files out of the clipboard, until they are sent. Their bytes stay in the window till then. */
import { MOST_PASTED } from '$shared/ipc/pasted'

export class Pasted {
  readonly id: number
  readonly file: File
  /** A picture's address while it is shown. */
  readonly preview: string | null
  name = $state('')

  constructor(id: number, file: File, name: string) {
    this.id = id
    this.file = file
    this.name = name
    this.preview = /^image\/(png|jpeg|gif|webp|bmp|avif)$/.test(file.type) ? URL.createObjectURL(file) : null
  }

  forget(): void {
    if (this.preview !== null) URL.revokeObjectURL(this.preview)
  }
}

/** Whether it is small enough to be pasted. */
export const fits = (file: File): boolean => file.size > 0 && file.size <= MOST_PASTED

/** Browsers call everything `image.png`; that says nothing to who gets it. */
export function nameFor(file: File, picture: string): string {
  const ending = file.type.split('/')[1]?.replace('jpeg', 'jpg').replace(/\W.*/, '') ?? 'bin'
  const given = file.name.split(/[\\/]/).at(-1) ?? ''
  return given === '' || /^image\.\w+$/.test(given) ? `${picture}.${ending}` : given
}
