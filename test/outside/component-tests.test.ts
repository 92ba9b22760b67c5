/** A component of docs/browser.md and its test, and the session of docs/next-session.md, in the test runners of others. */

import { afterAll, beforeAll, expect, test } from 'vitest'
import { textOf, writeBlock } from '../support/markdown-blocks.ts'
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
  transformIgnorePatterns: patternsOf('docs/browser.md'),
}
const BABEL = {
  presets: [
    ['@babel/preset-env', { targets: { node: 'current' } }],
    ['@babel/preset-react', { runtime: 'automatic' }],
    '@babel/preset-typescript',
  ],
}

/** A test of an API route, as those write it who use Jest. */
const VIEWS = `/** @jest-environment node */
import { createServer } from 'node:http'
import { getSession } from '../lib/get-session'

test('counts views', async () => {
  const server = createServer(async (request, response) => {
    const session = await getSession(request, response)
    session.views = (session.views ?? 0) + 1
    response.end(String(session.views))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = 'http://127.0.0.1:' + server.address().port
  const first = await fetch(url)
  const [cookie] = first.headers.getSetCookie()[0].split(';')
  expect(await (await fetch(url, { headers: { cookie } })).text()).toBe('2')
  await new Promise((resolve) => server.close(resolve))
})
`

/** The line of a page that tells Jest what to read. */
function patternsOf(page: string): string[] {
  return [/transformIgnorePatterns: \['(.*)'\]/.exec(textOf(page))?.[1] ?? 'none']
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
  expect(await app.tool('jest', ['app'])).toMatch(/Tests: +1 passed/)
})

test('Jest with sojourn/next-session', async () => {
  writeBlock('docs/next-session.md', 'lib/get-session.ts', app.folder)
  const config = { ...JEST, transformIgnorePatterns: patternsOf('docs/next-session.md') }
  app.write({ 'views.config.json': JSON.stringify(config), 'pages/views.jest.tsx': VIEWS })
  expect(await app.tool('jest', ['--config', 'views.config.json', 'pages'])).toMatch(/Tests: +1 passed/)
})
