import svelte from 'eslint-plugin-svelte'
import { defineConfig } from 'eslint/config'
import ts from 'typescript-eslint'

import { rule as directions } from './tools/directions.js'

export default defineConfig(
  { ignores: ['dist', 'src/shared/ipc/bindings.ts'] },
  ...ts.configs.strictTypeChecked,
  ...svelte.configs.recommended,
  {
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: ['*.js', 'tools/*.js'] }, extraFileExtensions: ['.svelte'] },
    },
  },
  { rules: { '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }] } },
  {
    files: ['src/**'],
    plugins: { ours: { rules: { directions } } },
    rules: { 'ours/directions': 'error' },
  },
  // One door to the core.
  { files: ['src/**'], ignores: ['src/shared/ipc/**'], rules: { 'no-restricted-imports': ['error', { patterns: ['@tauri-apps/*'] }] } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
)
