/** A glyph for a kind of file. */
export function glyphOf(mime: string): string {
  if (mime.startsWith('image/')) return 'image'
  if (mime.startsWith('video/')) return 'video'
  if (mime.startsWith('audio/')) return 'audio-lines'
  if (mime === 'text/csv' || mime.includes('spreadsheet') || mime.includes('excel')) return 'sheet'
  if (mime.includes('zip') || mime.includes('tar') || mime.includes('compressed')) return 'file-archive'
  if (mime.startsWith('text/') || mime.includes('pdf') || mime.includes('document')) return 'file-text'
  return 'file'
}

export function previewUrl(file: { drive: string; id: string }, width: number): string {
  return `tsres://localhost/preview/${encodeURIComponent(file.drive)}/${encodeURIComponent(file.id)}?w=${String(width)}`
}
