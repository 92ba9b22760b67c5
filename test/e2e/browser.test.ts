import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe } from 'vitest'
import { type NextApp, type NextServer, prepareApp } from '../support/next-app.ts'
import { testLibraries } from './browser/libraries.ts'
import { testLists } from './browser/lists.ts'
import { testLoading } from './browser/loading.ts'
import { testOwners } from './browser/owners.ts'
import { openScene, type Scene } from './browser/scene.ts'
import { testPlaced, testState } from './browser/state.ts'
import { testFound } from './browser/found.ts'
import { testStrict } from './browser/strict.ts'
import { testVirtual } from './browser/virtual.ts'

const source = join(import.meta.dirname, 'apps/browser')

const scene = {} as Scene
beforeAll(async () => void Object.assign(scene, await openScene()))
afterAll(() => scene.end())
afterEach(() => scene.leave())

describe.each([
  { name: 'browser', cacheComponents: false },
  { name: 'browser-cached', cacheComponents: true },
])('in a browser, $name', (variant) => {
  let app: NextApp
  let server: NextServer

  beforeAll(async () => {
    app = prepareApp(source, variant)
    writeDocs(app)
    await app.build()
    server = await app.start()
    scene.url = server.url
  }, 300_000)
  afterAll(async () => {
    await server.stop()
    app.remove()
  })

  testLists(scene)
  testLoading(scene)
  testFound(scene)
  testVirtual(scene)
  testState(scene)
  testPlaced(scene)
  testOwners(scene)
  if (!variant.cacheComponents) testLibraries(scene)
})

describe('in a browser, in development', () => {
  let app: NextApp
  let server: NextServer

  beforeAll(async () => {
    app = prepareApp(source, { name: 'browser-development' })
    writeDocs(app)
    server = await app.start({ dev: true })
    scene.url = server.url
  }, 120_000)
  afterAll(async () => {
    await server.stop()
    app.remove()
  })

  testStrict(scene)
})

/** Adds the files that docs/browser.md shows for lists. */
function writeDocs({ dir }: NextApp): void {
  const page = readFileSync(join(import.meta.dirname, '../../docs/browser.md'), 'utf8')
  for (const [, code = '', name = ''] of page.matchAll(/^```tsx?\n(\/\/ (app\/posts\/\S+)\n.*?)^```$/gms)) {
    mkdirSync(join(dir, name, '..'), { recursive: true })
    writeFileSync(join(dir, name), code)
  }
}
