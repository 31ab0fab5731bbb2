/** A glyph and a drawing for a kind of file. */

export type Drawing = 'page' | 'sheet' | 'wave' | 'code' | 'box' | 'film' | 'none'

const GLYPHS: Record<Drawing, string> = { page: 'file-text', sheet: 'sheet', wave: 'audio-lines', code: 'file-text', box: 'file-archive', film: 'video', none: 'file' }

export function glyphOf(mime: string): string {
  return mime.startsWith('image/') ? 'image' : GLYPHS[drawingOf(mime)]
}

/** What stands for a file that has no picture of its own. */
export function drawingOf(mime: string): Drawing {
  if (mime.startsWith('video/')) return 'film'
  if (mime.startsWith('audio/')) return 'wave'
  if (mime === 'text/csv' || mime.includes('spreadsheet') || mime.includes('excel')) return 'sheet'
  if (/zip|tar|compressed|iso9660/.test(mime)) return 'box'
  if (/json|xml|yaml|toml|javascript|x-sh|x-rust|x-python|html/.test(mime)) return 'code'
  if (mime.startsWith('text/') || mime.includes('pdf') || mime.includes('document')) return 'page'
  return 'none'
}

const ENDINGS: Record<string, string> = { png: 'image/', jpg: 'image/', jpeg: 'image/', webp: 'image/', gif: 'image/', svg: 'image/', mp4: 'video/', mov: 'video/', mkv: 'video/', webm: 'video/', mp3: 'audio/', wav: 'audio/', ogg: 'audio/', flac: 'audio/', csv: 'text/csv', xlsx: 'excel', ods: 'spreadsheet', zip: 'zip', gz: 'zip', xz: 'zip', iso: 'iso9660', json: 'json', md: 'text/', txt: 'text/', pdf: 'pdf', docx: 'document', odt: 'document' }

/** For what is on its way up: only its name is known. */
export function glyphOfName(name: string): string {
  return glyphOf(ENDINGS[name.split('.').at(-1)?.toLowerCase() ?? ''] ?? '')
}

export function previewUrl(file: { drive: string; id: string }, width: number): string {
  return `tsres://localhost/preview/${encodeURIComponent(file.drive)}/${encodeURIComponent(file.id)}?w=${String(width)}`
}
