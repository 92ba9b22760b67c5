import { join } from 'node:path'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { writeShown } from '../../support/markdown-blocks.ts'
import { buildApp, type NextApp, type NextServer, type OwnApp, prepareApp } from '../../support/next-app.ts'
import { openScene, type Scene } from './scene.ts'

const source = join(import.meta.dirname, '../apps/browser')

/** Serves the application of these tests, with the lists that docs/browser.md shows, for one test file. */
export function serveBrowserApp(options: { cacheComponents?: boolean; dev?: boolean } = {}): Scene {
  const { cacheComponents = false, dev = false } = options
  const scene = {} as Scene
  let app: NextApp
  let server: NextServer

  beforeAll(async () => {
    Object.assign(scene, await openScene())
    app = await (dev ? prepare() : build())
    server = await app.start({ dev })
    scene.url = server.url
  })
  afterAll(async () => {
    await scene.end()
    await server?.stop()
    app?.remove()
  })
  afterEach(() => scene.leave())
  return scene

  function build(): Promise<NextApp> {
    return buildApp(
      source,
      { name: cacheComponents ? 'browser-cached' : 'browser', cacheComponents },
      writeLists,
    )
  }
}

function prepare(): OwnApp {
  const app = prepareApp(source, { name: 'browser-development' })
  writeLists(app.dir)
  return app
}

function writeLists(dir: string): void {
  writeShown('docs/browser.md', /^app\/posts\//, dir)
}
