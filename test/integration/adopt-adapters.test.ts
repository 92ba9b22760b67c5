/** Changing from each old library to each adapter, over HTTP, with a browser that obeys `Set-Cookie`. */

import { MemoryStore, type Store as ConnectStore } from 'express-session'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { SessionEvent } from '../../src/core/events.ts'
import type { SessionOptions } from '../../src/core/options.ts'
import { Sessions } from '../../src/core/sessions.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { expressSubjects } from '../adapters/subjects/express.ts'
import { fastifySubjects } from '../adapters/subjects/fastify.ts'
import { http, microSubject } from '../adapters/subjects/node.ts'
import { fetchHandler, hono } from '../adapters/subjects/web.ts'
import type { Running, Subject } from '../adapters/subject.ts'
import { CookieJar } from '../support/cookie-jar.ts'
import {
  connect,
  custom,
  oldLibraries,
  type OldLibraryUnderTest,
  type OldOptions,
} from '../support/old-libraries.ts'
import { delayed } from '../support/pausing-store.ts'

const subjects: Subject[] = [http, microSubject, ...expressSubjects, ...fastifySubjects, hono, fetchHandler]
const [express] = expressSubjects as [Subject]

interface Scene {
  jar: CookieJar
  old: Running
  ours: Running
  /** How many sessions the old store holds. */
  left: () => Promise<number>
  /** A visit of our application: its status and text. */
  visit: (path: string) => Promise<[number, string]>
  events: SessionEvent[]
}

/** A browser that is signed in to the old application. */
async function signedIn(
  library: OldLibraryUnderTest,
  subject: Subject,
  options: SessionOptions = {},
  old: OldOptions & { store?: ConnectStore } = {},
): Promise<Scene> {
  const events: SessionEvent[] = []
  const kept = old.store ?? new MemoryStore()
  const before = await library.start(kept, old)
  const after = await subject.start({
    store: memoryStore(),
    adopt: library.adopt(kept, old),
    onEvent: (event) => events.push(event),
    ...options,
  })
  onTestFinished(async () => {
    await Promise.all([before.close(), after.close()])
  })
  const jar = new CookieJar()
  expect(await jar.text(`${before.url}/login`)).toBe('ann')
  expect(jar.names).toEqual(library.cookies)
  return {
    jar,
    old: before,
    ours: after,
    events,
    left: () => new Promise((resolve) => kept.all?.((_error, all) => resolve(Object.keys(all ?? {}).length))),
    async visit(path) {
      const response = await jar.fetch(after.url + path)
      return [response.status, await response.text()]
    },
  }
}

describe.each(oldLibraries)('$name', (library) => {
  test.each(subjects)('then $name: signed in at every request, until the sign-out', async (subject) => {
    const { jar, ours, visit, left } = await signedIn(library, subject)
    const oldHeader = jar.header(ours.url)
    for (let request = 0; request < 4; request++) expect(await visit('/who')).toEqual([200, 'ann'])
    expect(jar.names).toEqual(['sid'])
    expect(await left()).toBe(0)
    expect((await visit('/read'))[1]).toContain('"cart":["book"]')
    await visit('/logout')
    expect(await visit('/read')).toEqual([200, '{}'])
    const replayed = await fetch(`${ours.url}/read`, { headers: { cookie: oldHeader } })
    expect(await replayed.text()).toBe('{}')
  })

  test.each([8, 50])('%d requests at once: all are signed in, in one session', async (count) => {
    const old = new MemoryStore()
    const destroy = old.destroy.bind(old)
    old.destroy = (id, done) => void setTimeout(() => destroy(id, done), 20)
    for (const subject of [express, fetchHandler]) {
      const store = delayed(memoryStore(), Math.random, 20)
      const { jar, visit, left } = await signedIn(library, subject, { store }, { store: old })
      const requests = Array.from({ length: count }, () => visit('/who'))
      expect(await Promise.all(requests)).toEqual(requests.map(() => [200, 'ann']))
      expect(jar.names).toEqual(['sid'])
      expect(await left()).toBe(0)
      expect(await new Sessions({}, store).list('ann')).toHaveLength(1)
    }
  })
})

describe('the user id of an old session', () => {
  test.each([
    ['a number', 42, '42'],
    ['zero', 0, '0'],
    ['a bigint', 9_007_199_254_740_993n, '9007199254740993'],
    ['1,024 characters', 'x'.repeat(1024), 'x'.repeat(1024)],
  ])('that is %s becomes text', async (_name, userId, text) => {
    const { visit, left } = await signedIn(connect, express, {}, { userId: () => userId })
    for (let request = 0; request < 3; request++) expect(await visit('/who')).toEqual([200, text])
    expect(await left()).toBe(0)
  })

  test.each([
    ['an object', { id: 1 }],
    ['a list', ['ann']],
    ['a promise', Promise.resolve('ann')],
    ['true', true],
    ['a fraction', 1.5],
    ['no number', Number.NaN],
    ['a number that is not exact', 2 ** 53],
    ['5,000 characters', 'x'.repeat(5000)],
  ])('that is %s moves nothing, and an event says so', async (_name, userId) => {
    const { jar, old, visit, left, events } = await signedIn(connect, express, {}, { userId: () => userId })
    for (let request = 0; request < 3; request++) {
      expect((await visit('/who'))[0]).toBe(401)
      expect(await visit('/read')).toEqual([200, '{}'])
    }
    expect(await left()).toBe(1)
    expect(jar.names).toEqual(['connect.sid'])
    expect(await jar.text(`${old.url}/who`)).toBe('ann')
    expect(events).toContainEqual({
      type: 'adoption-refused',
      from: 'connect connect.sid',
      reason: expect.stringMatching(/^userId/),
    })
    expect(events.filter(({ type }) => type !== 'adoption-refused')).toEqual([])
  })

  test.each([
    ['empty', ''],
    ['null', null],
    ['false', false],
  ])('that is %s is nobody: the data moves', async (_name, userId) => {
    const { visit, left } = await signedIn(connect, express, {}, { userId: () => userId })
    for (let request = 0; request < 3; request++) {
      expect((await visit('/who'))[0]).toBe(401)
      expect((await visit('/read'))[1]).toContain('book')
    }
    expect(await left()).toBe(0)
  })
})

test.each<[string, SessionOptions, OldOptions, RegExp]>([
  [
    'whose userId throws',
    {},
    { userId: (data) => (data['missing'] as { id: string }).id },
    /^userId threw TypeError/,
  ],
  ['that is too large', { maxBytes: 15 }, {}, /maxBytes/],
  [
    'with too many values',
    {},
    { more: Object.fromEntries([...Array(1001).keys()].map((i) => [i, i])) },
    /1000/,
  ],
  ['of a user with too many sessions', { maxSessionsPerUser: 1, atLimit: 'refuse' }, {}, /session/],
])('a session %s stays as it was, and is no error', async (_name, options, old, reason) => {
  const store = memoryStore()
  const {
    jar,
    old: before,
    visit,
    left,
    events,
  } = await signedIn(connect, express, { store, ...options }, old)
  if (options.atLimit !== undefined) {
    const other = new Sessions({}, store)
    await (await other.open({ header: null, send: () => () => {} })).login('ann')
  }
  for (let request = 0; request < 3; request++) expect(await visit('/read')).toEqual([200, '{}'])
  expect(await left()).toBe(1)
  expect(jar.names).toEqual(['connect.sid'])
  expect(await jar.text(`${before.url}/who`)).toBe('ann')
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'adoption-refused', reason: expect.stringMatching(reason) }),
  )
})

test('a kept session stays usable in the old application, beside ours', async () => {
  for (const library of [connect, custom]) {
    const { jar, old, visit, left } = await signedIn(library, express, {}, { keep: true })
    for (let request = 0; request < 3; request++) {
      expect(await visit('/who')).toEqual([200, 'ann'])
      expect(await jar.text(`${old.url}/who`)).toBe('ann')
    }
    expect(jar.names).toEqual([...library.cookies, 'sid'].toSorted())
    expect(await left()).toBe(1)
  }
})
