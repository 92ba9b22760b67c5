/**
 * Two changes of all keys and secrets, one server after another, while people use the
 * application.
 *
 * @module
 */

import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { Sessions } from '../../src/core/sessions.ts'
import type { Store } from '../../src/core/store.ts'
import { Browser } from './browser.ts'
import { seeded } from './seeded.ts'

interface Data {
  [key: `n${number}`]: number
  note?: string
}

/** What was seen. */
export interface RotationReport {
  requests: number
  /** Requests that found their person signed out. */
  signedOut: number
  events: string[]
}

const [A, B, C] = ['a', 'b', 'c'].map((letter) => letter.repeat(43).replace(/.$/, 'A')) as [
  string,
  string,
  string,
]
/** A new key is known everywhere before it is used anywhere. */
const DEPLOYMENTS = [[A], [A, B], [B, A], [B, A, C], [C, B, A]]

/** How many requests come between two steps of a deployment. */
const REQUESTS = 60

/**
 * Rolls the deployments out: old and new servers answer side by side all the time.
 * @param open a store object for one more server
 */
export async function rotateKeysUnderLoad(open: () => Promise<Store> | Store): Promise<RotationReport> {
  const report: RotationReport = { requests: 0, signedOut: 0, events: [] }
  const random = seeded(3)
  const servers = await Promise.all(
    DEPLOYMENTS.map(async (keys) => {
      const onEvent = ({ type }: { type: string }): void => void report.events.push(type)
      return new Sessions<Data>({ secret: keys, encryption: { keys }, onEvent }, await open())
    }),
  )
  let running = servers.slice(0, 1)
  let isOver = false
  /** How many requests each server is at work on. */
  const busy = new Map<Sessions<Data>, number>()

  const people = Array.from({ length: 12 }, (_, i) => ({ id: `user-${i}`, token: '', count: 0 }))
  async function request(
    person: (typeof people)[number],
    work: (browser: Browser<Data>) => Promise<unknown>,
  ) {
    const server = running[Math.floor(random() * running.length)]!
    const browser = new Browser(server)
    browser.token = person.token
    report.requests++
    busy.set(server, (busy.get(server) ?? 0) + 1)
    await work(browser).finally(() => busy.set(server, (busy.get(server) ?? 0) - 1))
    person.token = browser.token
  }

  for (const person of people)
    await request(person, (browser) => browser.visit((session) => session.login(person.id)))

  async function use(person: (typeof people)[number], lane: number): Promise<void> {
    while (!isOver) {
      // A store in memory never lets go of the event loop by itself.
      await turn()
      await request(person, (browser) =>
        browser.visit(async (session) => {
          if (session.userId !== person.id) return report.signedOut++
          person.count++
          await session.increment(`n${lane % 2}`)
          await session.update('note', (note = '') => `${note}${lane}`.slice(-20))
          // Only those who ask for one thing at a time: a rotation ends what else is on its way.
          if (lane === 0 && random() < 0.2) await session.rotate()
          return undefined
        }),
      )
    }
  }
  const lanes = people.flatMap((person, i) =>
    i % 2 ? [use(person, 0)] : [1, 2, 3].map((lane) => use(person, lane)),
  )
  async function someRequests(): Promise<void> {
    const enough = report.requests + REQUESTS
    while (report.requests < enough) await sleep(5)
  }

  for (const [at, server] of servers.entries()) {
    await someRequests()
    const next = servers[at + 1]
    if (next === undefined) break
    running = [server, next]
    await someRequests()
    running = [next]
    // A server that is shut down finishes its requests before the one after the next begins.
    while (busy.get(server)) await turn()
  }
  isOver = true
  await Promise.all(lanes)

  for (const person of people) {
    await request(person, (browser) =>
      browser.visit((session) => {
        expect(session.userId).toBe(person.id)
        expect((session.get('n0') ?? 0) + (session.get('n1') ?? 0)).toBe(person.count)
      }),
    )
  }
  return report
}
