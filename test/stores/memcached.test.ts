/** memcached takes a time of more than 30 days for a date, and so for one that has long passed. */

import connectMemcached from 'connect-memcached'
import session from 'express-session'
import Keyv from 'keyv'
import Memcached from 'memcached'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fromConnectStore } from '../../src/connect.ts'
import type { Duration } from '../../src/core/record/duration.ts'
import { Sessions } from '../../src/core/sessions.ts'
import type { Store } from '../../src/core/store.ts'
import { fromKeyv } from '../../src/stores/keyv.ts'
import { testStore } from '../../src/testing.ts'
import { Browser } from '../support/browser.ts'
import { startMemcached, type MemcachedServer } from '../support/memcached-server.ts'

let server: MemcachedServer
const clients: { end(): void }[] = []

beforeAll(async () => {
  server = await startMemcached()
})

afterAll(async () => {
  for (const client of clients) client.end()
  await server.stop()
})

/** An adapter for Keyv which does what that of Keyv does: whole seconds, rounded down. */
class MemcachedAdapter {
  readonly client: Memcached = new Memcached(server.address)

  get(key: string): Promise<unknown> {
    return this.#ask((done) => this.client.get(key, done))
  }

  set(key: string, value: string, ttl: number): Promise<unknown> {
    return this.#ask((done) => this.client.set(key, value, Math.floor(ttl / 1000), done))
  }

  async delete(key: string): Promise<boolean> {
    return (await this.#ask((done) => this.client.del(key, done))) === true
  }

  async clear(): Promise<void> {
    await this.#ask((done) => this.client.flush(done))
  }

  #ask(call: (done: (error: Error | undefined, value: unknown) => void) => void): Promise<unknown> {
    return new Promise((resolve, reject) =>
      call((error, value) => (error === undefined ? resolve(value) : reject(error))),
    )
  }
}

const stores: Record<string, () => Store> = {
  'connect-memcached'() {
    const store = new (connectMemcached(session))({ hosts: server.address })
    clients.push((store as unknown as { client: Memcached }).client)
    return fromConnectStore(store)
  },
  Keyv() {
    const adapter = new MemcachedAdapter()
    clients.push(adapter.client)
    return fromKeyv(new Keyv({ store: adapter }))
  },
}

/** Of what the suite asks, memcached cannot do one thing, and says so. */
const runner = {
  describe,
  test: (title: string, body: () => Promise<void>): void => {
    const isLong = title === 'a record may live for years'
    // oxlint-disable-next-line vitest/valid-title, vitest/expect-expect -- they are those of the suite
    test.concurrent(isLong ? 'a record that may live for years is refused' : title, () =>
      isLong ? refused(body) : body(),
    )
  },
}

function refused(body: () => Promise<void>): Promise<void> {
  return expect(body()).rejects.toMatchObject({ code: 'ERR_STORE_UNSUPPORTED' })
}

for (const [name, open] of Object.entries(stores)) {
  describe(`${name} on memcached conforms by the real clock`, () => {
    testStore(runner, () => ({ store: open(), second: open }))
  })

  describe(`${name} on memcached`, () => {
    test.for<Duration>(['1s', '7d', '15d', '20d', '24d', '25d', '30d'])(
      'a session with an idle time of %s is there at the next request, and the one after a touch',
      async (idle) => {
        const browser = new Browser(new Sessions({ idle, absolute: '365d' }, open()))
        await browser.visit((visit) => visit.login('ann'))
        expect(await browser.visit((visit) => visit.userId)).toBe('ann')
        await browser.visit((visit) => visit.touch())
        expect(await browser.visit((visit) => visit.userId)).toBe('ann')
        await browser.visit((visit) => visit.set('a', 1))
        expect(await browser.visit((visit) => visit.get('a'))).toBe(1)
      },
    )

    test('one that may last longer is refused in words that tell why, and nothing is kept', async () => {
      const sessions = new Sessions({ idle: '31d', absolute: '365d' }, open())
      const browser = new Browser(sessions)
      await expect(browser.visit((visit) => visit.login('ann'))).rejects.toMatchObject({
        code: 'ERR_STORE_UNSUPPORTED',
        message: expect.stringContaining('30 days'),
      })
      expect(await browser.visit((visit) => visit.userId)).toBeNull()
    })
  })
}
