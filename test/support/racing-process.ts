/**
 * A server in a process of its own. Run as a program it is that process; imported it is the
 * end that the test holds.
 *
 * @module
 */

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import type { Store } from '../../src/core/store.ts'
import { redisStore } from '../../src/stores/redis.ts'
import { sqliteStore } from '../../src/stores/sqlite.ts'
import { type Racer, racerOn, VERBS } from './racer.ts'

/** Where the shared store is. */
export type Location = { file: string } | { url: string; prefix: string }

interface Request {
  id: number
  verb: keyof Racer
  args: unknown[]
}

interface Answer {
  id: number
  value?: unknown
  error?: string
}

/** A process, and the server in it. */
export interface RacingProcess {
  pid: number
  racer: Racer
  stop(): Promise<void>
}

/** Starts a process with a server on that store. */
export async function startRacer(location: Location): Promise<RacingProcess> {
  const child = fork(fileURLToPath(import.meta.url), [JSON.stringify(location)], {
    serialization: 'advanced',
    execArgv: [],
  })
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let lastId = 0
  child.on('message', ({ id, value, error }: Answer) => {
    if (error === undefined) waiting.get(id)?.resolve(value)
    else waiting.get(id)?.reject(new Error(error))
    waiting.delete(id)
  })
  child.on('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error('The other process ended.'))
  })
  const ready = Promise.withResolvers<unknown>()
  waiting.set(0, ready)
  await ready.promise

  function ask(verb: keyof Racer, args: unknown[]): Promise<unknown> {
    const answer = Promise.withResolvers<unknown>()
    waiting.set(++lastId, answer)
    child.send({ id: lastId, verb, args } satisfies Request)
    return answer.promise
  }

  const verbs = VERBS.map((verb) => [verb, (...args: unknown[]) => ask(verb, args)])
  return {
    pid: child.pid!,
    racer: Object.fromEntries(verbs) as Racer,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}

function serve(location: Location): void {
  const store = openStore(location)
  const racer = racerOn(store) as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>
  process.on('message', ({ id, verb, args }: Request) => {
    racer[verb]!(...args).then(
      (value) => send({ id, value }),
      (error: Error) => send({ id, error: String(error.stack) }),
    )
  })
  process.on('disconnect', () => void Promise.resolve(store.close?.()).finally(() => process.exit()))
  send({ id: 0 })
}

function openStore(location: Location): Store {
  if ('file' in location) return sqliteStore({ file: location.file, durability: 'process' })
  return redisStore(() => new Redis(location.url), { prefix: location.prefix })
}

function send(answer: Answer): void {
  process.send?.(answer)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) serve(JSON.parse(process.argv[2]!) as Location)
