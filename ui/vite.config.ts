import { fileURLToPath } from 'node:url'

import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
  clearScreen: false,
  // Fonts and icons are shared with the shell.
  server: { fs: { allow: ['.', '../assets'] } },
  // WebKitGTK 2.50, WKWebView 17.5, Chromium 123. Styles below that would lose light-dark(): what stands for it is resolved
  // at the root, so that a dark stage in a light window would have dark text.
  build: { target: ['safari17.5', 'chrome123'], sourcemap: false },
  // Without this vitest takes Svelte's server build and mount() fails.
  resolve: {
    alias: { $shared: fileURLToPath(new URL('./src/shared', import.meta.url)) },
    ...(mode === 'test' ? { conditions: ['browser'] } : {}),
  },
  test: { environment: 'happy-dom', include: ['src/**/*.test.ts', 'tools/*.test.js'] },
}))
