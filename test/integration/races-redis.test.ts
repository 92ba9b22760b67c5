/**
 * What Redis shows of a record for a moment, when two servers end it at once: the reason of the
 * second, until that server has put the first one back. Here that moment lasts.
 */

import { Redis } from 'ioredis'
import { afterAll, expect, inject, test } from 'vitest'
import { Sessions } from '../../src/core/sessions.ts'
import { identify, type Identity } from '../../src/core/record/token.ts'
import { redisStore } from '../../src/stores/redis.ts'
import { Browser } from '../support/browser.ts'
import { gated } from '../support/pausing-store.ts'

const prefix = `races-${crypto.randomUUID()}`
const client = new Redis(inject('redisUrl'))
const store = redisStore(client, { prefix })
afterAll(() => client.quit())

test('a session whose token is being replaced stays on the list, whatever the old record shows', async () => {
  const before = new Sessions({}, { ...store, now: async () => (await store.now()) - 120_000 })
  const browser = new Browser(before)
  await browser.visit((session) => session.login('ada'))
  const { key } = identify(browser.token) as Identity

  const [rotating, listing] = [gated(store), gated(store)]
  const creation = rotating.hold('create')
  const visitor = new Browser(new Sessions({}, rotating.store))
  visitor.token = browser.token
  const rotation = visitor.visit((session) => session.rotate())
  await creation.reached
  await client.hset(`${prefix}:{${key}}`, '!', 'evicted')

  const removal = listing.hold('remove')
  const list = new Sessions({}, listing.store).list('ada')
  await Promise.race([removal.reached, list])
  creation.open()
  await rotation
  removal.open()
  await list

  const { id } = identify(visitor.token) as Identity
  expect(await new Sessions({}, store).list('ada')).toMatchObject([{ id }])
})
