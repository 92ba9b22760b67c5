import { afterAll, afterEach, beforeAll, describe } from 'vitest'
import type { NextApp, NextServer } from '../support/next-app.ts'
import { openScene, type Scene } from './browser/scene.ts'
import { buildShop } from './shop/everywhere.ts'
import { testCheckout } from './shop/checkout.ts'
import { testHeader } from './shop/header.ts'
import { testPosts } from './shop/posts.ts'

describe('the pages of the shop', () => {
  const scene = {} as Scene
  let app: NextApp
  let server: NextServer

  beforeAll(async () => {
    Object.assign(scene, await openScene())
    app = await buildShop(true)
    server = await app.start()
    scene.url = server.url
  })
  afterAll(async () => {
    await server.stop()
    app.remove()
    await scene.end()
  })
  afterEach(() => scene.leave())

  testPosts(scene)
  testCheckout(scene)
  testHeader(scene)
})
