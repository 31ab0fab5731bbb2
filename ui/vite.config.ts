import { fileURLToPath } from 'node:url'

import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
  clearScreen: false,
  // Fonts and icons are shared with the shell.
  server: { fs: { allow: ['.', '../assets'] } },
  // WebKitGTK 2.50 and WKWebView 16; Chromium 111 on Windows.
  build: { target: ['safari16.4', 'chrome111'], sourcemap: false },
  // Without this vitest takes Svelte's server build and mount() fails.
  resolve: {
    alias: { $shared: fileURLToPath(new URL('./src/shared', import.meta.url)) },
    ...(mode === 'test' ? { conditions: ['browser'] } : {}),
  },
  test: { environment: 'happy-dom', include: ['src/**/*.test.ts'] },
}))
