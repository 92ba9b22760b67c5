/**
 * Writes that die with their master for certain: its replica is cut off before them, and takes
 * its place after them.
 *
 * @module
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { identify } from '../../../src/core/record/token.ts'
import { createSessions, isSessionError, type Sessions } from '../../../src/index.ts'
import { type RedisDurability, redisStore } from '../../../src/stores/redis.ts'
import { Browser } from '../../support/browser.ts'
import { failOver, type FailoverGroup, isolate, type Kind, type Pair, rejoin } from './group.ts'

/** The tests of one kind of client. Each starts a group of its own: what a test leaves behind is no news to the next. */
export function testLosses(start: () => Promise<FailoverGroup>, kind: Kind): void {
  async function groupOfTest(): Promise<FailoverGroup> {
    const group = await start()
    onTestFinished(() => group.stop())
    return group
  }

  test('by default, what was acknowledged is lost and undone if no replica had it', async () => {
    const scene = await open(await groupOfTest(), kind, 'server')
    await isolate(scene.pair)
    await scene.ada.visit((session) => session.set('number', 2))
    await scene.bob.visit((session) => session.logout())
    await scene.strike()

    expect(await scene.numberOfAda()).toBe(1)
    expect(await scene.isBobSignedIn()).toBe(true)
    await scene.close()
  })

  test('with durability: replica, what no replica has is refused, by a code of its own', async () => {
    const scene = await open(await groupOfTest(), kind, 'replica')
    await isolate(scene.pair)
    const refusal = expect.objectContaining({ code: 'ERR_STORE_NOT_REPLICATED', status: 503 })
    await expect(scene.ada.visit((session) => session.set('number', 2))).rejects.toEqual(refusal)
    await expect(scene.ada.visit((session) => session.increment('count'))).rejects.toEqual(refusal)
    await expect(scene.bob.visit((session) => session.logout())).rejects.toEqual(refusal)
    // What may have happened: it is neither taken back nor kept from whoever reads.
    expect(await scene.numberOfAda()).toBe(2)
    expect(await scene.isBobSignedIn()).toBe(false)
    await scene.strike()

    expect(await scene.numberOfAda()).toBe(1)
    expect(await scene.isBobSignedIn()).toBe(true)
    await scene.close()
  })

  test('a master that comes back brings nobody back who signed out meanwhile', async () => {
    const group = await groupOfTest()
    const scene = await open(group, kind, 'replica')
    await failOver(group, scene.pair)
    // There is no replica now to wait for.
    await scene.leave()
    await rejoin(scene.pair)
    await failOver(group, { master: scene.pair.replica, replica: scene.pair.master })

    expect(await scene.numberOfAda()).toBe(1)
    expect(await scene.isBobSignedIn()).toBe(false)
    await scene.close()
  })
}

/** Two who are signed in, with one master, as its replica knows. */
interface Scene {
  pair: Pair
  ada: Browser
  bob: Browser
  /** Ends the master, and lets the replica come back in its place. */
  strike(): Promise<void>
  /** Signs Bob out with a store that waits for no replica. */
  leave(): Promise<void>
  numberOfAda(): Promise<unknown>
  isBobSignedIn(): Promise<boolean>
  close(): Promise<void>
}

async function open(group: FailoverGroup, kind: Kind, durability: RedisDurability): Promise<Scene> {
  const prefix = `loss-${crypto.randomUUID()}`
  const sessionsWith = (how: RedisDurability): Sessions =>
    createSessions({ store: redisStore(group.clients[kind], { prefix, durability: how }) })
  const all = [sessionsWith('replica'), sessionsWith(durability), sessionsWith('server')]
  const [before, during, after] = all as [Sessions, Sessions, Sessions]

  const pairOf = async ({ token }: Browser): Promise<Pair> =>
    group.pairOf(`${prefix}:{${(await identify(token))!.key}}`)
  const begin = async (user: string): Promise<string> => {
    const browser = new Browser(before)
    await browser.visit((session) => session.login(user, { data: { number: 1 } }))
    return browser.token
  }
  const [ada, bob] = [new Browser(during), new Browser(during)]
  ada.token = await patiently(() => begin('ada'))
  const pair = await pairOf(ada)
  do bob.token = await patiently(() => begin('bob'))
  while ((await pairOf(bob)).master !== pair.master)
  // Browsers forget the token when they sign out.
  const tokens = { ada: ada.token, bob: bob.token }
  // The clients connect while they can, also those that only write: later, one node in six is frozen.
  await Promise.all([patiently(() => ada.visit((session) => session.set('hello', 1))), isIn('bob')])

  function visitAs<T>(name: 'ada' | 'bob', work: Parameters<typeof ada.visit<T>>[0]): Promise<T> {
    const browser = new Browser(after)
    browser.token = tokens[name]
    return patiently(() => browser.visit(work))
  }

  function isIn(name: 'ada' | 'bob'): Promise<boolean> {
    return visitAs(name, (session) => session.userId === name)
  }

  return {
    pair,
    ada,
    bob,
    async strike() {
      await pair.master.kill9()
      pair.replica.resume()
      await group.untilPromoted(pair.replica)
    },
    leave: () => visitAs('bob', (session) => session.logout()),
    numberOfAda: () => visitAs('ada', (session) => session.get('number')),
    isBobSignedIn: () => isIn('bob'),
    async close() {
      await Promise.all(all.map((sessions) => sessions.close()))
    },
  }
}

/** Tries again while clients look for the new master. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!isSessionError(error) || error.status !== 503) throw error
      await sleep(50)
    }
  }
}
