import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { startRedis } from '../support/redis-server.ts'
import { seeded } from '../support/seeded.ts'
import { stay, type Tally } from './soak/guests.ts'
import { startInstance } from './soak/instance.ts'
import { troubles } from './soak/troubles.ts'

/** `npm run soak` lets it take half an hour. */
const MINUTES = Number(process.env['SOAK_MINUTES'] ?? 1)
const EVERY = 20_000
const GUESTS = 20
const MIB = 2 ** 20

const SEED = Number(process.env['SOAK_SEED'] ?? 8)

test(
  `${MINUTES} min under load, with a fault every 20 s`,
  async () => {
    const random = seeded(SEED)
    const server = await startRedis({ appendonly: true })
    const instances = [await startInstance('redis', server.url), await startInstance('ioredis', server.url)]
    const tally: Tally = {
      wrongUsers: 0,
      lostWrites: 0,
      lostSessions: 0,
      undoneLogouts: 0,
      requests: 0,
      refused: 0,
      signIns: 0,
      longest: 0,
    }
    const suffered: string[] = []
    const lately = new Set<string>()
    const heaps: number[][] = []
    const until = Date.now() + MINUTES * 60_000
    const isOver = (): boolean => Date.now() >= until
    const urls = instances.map(({ url }) => url)

    try {
      const guests = Array.from({ length: GUESTS }, (_, i) => stay(i, urls, seeded(SEED + i), tally, isOver))
      await sleep(EVERY / 4)
      while (!isOver()) {
        const left = Object.keys(troubles).filter((name) => !lately.has(name))
        const name = left[Math.floor(random() * left.length)]!
        if (left.length === 1) lately.clear()
        else lately.add(name)
        suffered.push(name)
        const began = Date.now()
        await troubles[name]!(server)
        // Heaps are compared when nothing is waiting for anything.
        await sleep(Math.max(0, Math.min(EVERY, until - began) - (Date.now() - began) - 1000))
        heaps.push(await Promise.all(instances.map((instance) => instance.heap())))
        await sleep(Math.max(0, Math.min(1000, until - Date.now())))
      }
      await Promise.all(guests)
    } finally {
      for (const instance of instances) await instance.end()
      await server.stop()
    }

    const { wrongUsers, lostWrites, lostSessions, undoneLogouts, requests, refused, signIns } = tally
    const growth = Math.max(...instances.map((_, i) => heaps.at(-1)![i]! - heaps[0]![i]!)) / MIB
    console.log(
      `soak: ${MINUTES} min, seed ${SEED}, ${suffered.length} faults (${suffered.join(', ')}), ${signIns} sign-ins, ${requests} requests, ${refused} refused, the longest ${Math.round(tally.longest)} ms; wrong users ${wrongUsers}, lost writes ${lostWrites}, lost sessions ${lostSessions}, undone sign-outs ${undoneLogouts}; heap ${growth > 0 ? '+' : ''}${growth.toFixed(1)} MiB`,
    )
    expect({ wrongUsers, lostWrites, lostSessions, undoneLogouts }).toEqual({
      wrongUsers: 0,
      lostWrites: 0,
      lostSessions: 0,
      undoneLogouts: 0,
    })
    expect(
      instances.filter(({ hasDied }) => hasDied),
      'that ended by themselves',
    ).toEqual([])
    expect(signIns).toBeGreaterThan(10 * MINUTES)
    expect(growth).toBeLessThan(8)
  },
  (MINUTES + 2) * 60_000,
)
