import type { Drive, FileEntry, FolderItem, Upload } from '$shared/ipc'
import { ago, day } from '../clock'

const file = (id: string, folder: string, name: string, mime: string, size: number, changed: number, hasPreview = mime.startsWith('image/')): FolderItem => ({ kind: 'file', id, drive: 'files', folder, name, mime, size, changed, writable: true, hasPreview })

export const drives: Drive[] = [
  { id: 'files', name: 'Northlight', maxFileSize: 5_000_000_000, used: 41_200_000_000, readOnly: false },
  { id: 'clinic', name: 'Clinic', maxFileSize: 500_000_000, used: 6_800_000_000, readOnly: false },
  { id: 'policies', name: 'Policies', maxFileSize: 100_000_000, used: 84_000_000, readOnly: true },
]

const root: FolderItem[] = [
  { kind: 'folder', path: 'Clinic', name: 'Clinic', count: 14 },
  { kind: 'folder', path: 'Pictures', name: 'Pictures', count: 6 },
  { kind: 'folder', path: 'Release 2.4', name: 'Release 2.4', count: 9 },
  file('welcome', '', 'Welcome.md', 'text/markdown', 4_210, day(9, 10)),
  file('dawn', '', 'Dawn.png', 'image/png', 812_000, ago(80)),
  file('shore', '', 'Shore.png', 'image/png', 1_040_000, day(1, 15)),
  file('chime', '', 'Chime.wav', 'audio/wav', 176_000, day(3, 9)),
  file('rota', '', 'Rota November.csv', 'text/csv', 18_420, day(4, 17)),
  file('plan', '', 'Floor plan second storey, with the new waiting room and both exits.pdf', 'application/pdf', 6_420_000, day(6, 11), true),
  file('demo', '', 'Demo recording.mp4', 'video/mp4', 214_000_000, day(12, 14), true),
  file('traces', '', 'traces-2026-11-20.tar.gz', 'application/gzip', 96_300_000, day(4, 8)),
  file('budget', '', 'Budget 2027.xlsx', 'application/vnd.ms-excel', 88_700, day(300, 16)),
  file('hills', '', 'Hills.jpg', 'image/jpeg', 2_310_000, day(20, 7)),
]

const release: FolderItem[] = [
  file('notes', 'Release 2.4', 'Release notes.md', 'text/markdown', 9_100, ago(12)),
  file('demo-load', 'Release 2.4', 'Load test.csv', 'text/csv', 48_211, ago(90)),
  file('icons', 'Release 2.4', 'Icons.png', 'image/png', 240_000, day(2, 10)),
]

export const folders: Record<string, FolderItem[]> = { '': root, 'Release 2.4': release, Pictures: root.filter((item) => item.kind === 'file' && item.hasPreview), Clinic: root.slice(3, 8) }

const upload = (id: string, name: string, size: number, part: number, state: Upload['state']): Upload => ({ id, drive: 'files', folder: '', name, size, done: Math.round(size * part), state, fileId: null })

export const uploads: Upload[] = [
  upload('u1', 'Ultrasound training, session 4.mp4', 1_240_000_000, 0.62, { kind: 'running' }),
  upload('u2', 'Scans 2026-11.zip', 480_000_000, 0.31, { kind: 'paused' }),
  upload('u3', 'Poster.pdf', 12_000_000, 0, { kind: 'waiting' }),
  upload('u4', 'Disk image.iso', 7_900_000_000, 0.05, { kind: 'failed', code: 'too-large' }),
  upload('u5', 'Minutes.md', 3_100, 1, { kind: 'done' }),
]

export const allFiles: FileEntry[] = [...root, ...release].filter((item) => item.kind === 'file')
