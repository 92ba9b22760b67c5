/** A component of docs/browser.md and its test, in the test runners of others. */

import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeBlock } from '../support/markdown-blocks.ts'
import { openWorkshop, type Application, type Workshop } from './workshop.ts'

const PACKAGES = [
  'react@19',
  'react-dom@19',
  '@testing-library/dom',
  '@testing-library/react',
  'vitest',
  'jsdom',
  'happy-dom',
  'jest',
  'jest-environment-jsdom',
  '@babel/preset-env',
  '@babel/preset-react',
  '@babel/preset-typescript',
]
/** What docs/browser.md names, and what anybody needs who has Jest read JSX. */
const JEST = {
  testEnvironment: 'jsdom',
  testMatch: ['**/*.jest.tsx'],
  transformIgnorePatterns: ['/node_modules/(?!sojourn/)'],
}
const BABEL = {
  presets: [
    ['@babel/preset-env', { targets: { node: 'current' } }],
    ['@babel/preset-react', { runtime: 'automatic' }],
    '@babel/preset-typescript',
  ],
}

let workshop: Workshop
let app: Application
beforeAll(async () => {
  workshop = await openWorkshop()
  app = await workshop.install(PACKAGES)
  writeBlock('docs/browser.md', 'app/account.tsx', app.folder)
  const source = writeBlock('docs/browser.md', 'app/account.test.tsx', app.folder)
  app.write({
    'tsconfig.json': JSON.stringify({ compilerOptions: { jsx: 'react-jsx' } }),
    'jest.config.json': JSON.stringify(JEST),
    'babel.config.json': JSON.stringify(BABEL),
    // Jest has these two by itself.
    'app/account.jest.tsx': source.replace(/^import .* from 'vitest'\n/m, ''),
  })
})
afterAll(() => workshop?.remove())

test.each(['jsdom', 'happy-dom'])('vitest with %s', async (environment) => {
  expect(await app.tool('vitest', ['run', '--environment', environment])).toMatch(/1 passed/)
})

test('Jest with jsdom', async () => {
  expect(await app.tool('jest', [])).toMatch(/Tests: +1 passed/)
})
