import { expect, it } from 'vitest'
import type { Settings } from '$shared/ipc'
import { applyLook } from './look'

const plain: Settings = {
  theme: 'system',
  highContrast: false,
  textSize: 100,
  density: 'comfortable',
  reduceMotion: false,
  language: null,
  notifications: true,
  notificationText: true,
  microphone: null,
  speaker: null,
  camera: null,
  noiseSuppression: true,
}

it('puts choices on the document and takes them back', () => {
  const root = document.createElement('html')
  applyLook(root, { ...plain, theme: 'dark', highContrast: true, textSize: 150, reduceMotion: true })
  expect(root.dataset).toMatchObject({ theme: 'dark', contrast: 'more' })
  expect(root.style.fontSize).toBe('150%')
  expect(root.style.getPropertyValue('--d-1')).toBe('0ms')
  applyLook(root, plain)
  expect(root.dataset['theme']).toBeUndefined()
  expect(root.dataset['contrast']).toBeUndefined()
  expect(root.style.fontSize).toBe('')
  expect(root.style.getPropertyValue('--d-1')).toBe('')
})
