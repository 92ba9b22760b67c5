/**
 * A child process that opens SQLite stores and does to them what its parent says.
 * Run as a program it is the child; imported it is the parent's end.
 */
import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'

import type { SessionIndex, Store } from '../../src/core/store.ts'
import { sqliteStore, type SqliteStore } from '../../src/stores/sqlite.ts'

type Verb = 'create' | 'load' | 'update' | 'touch' | 'destroy' | 'close' | keyof SessionIndex

interface Request {
  id: number
  file: string
  time: number
  verb: Verb | 'flood'
  args: unknown[]
}

interface Answer {
  id: number
  value?: unknown
  error?: string
  /** A key that was created, and acknowledged, by `flood`. */
  acknowledged?: string
}

/** The parent's end of a child process. */
export interface Child {
  /** A store whose verbs run in the child, on this file and by this clock. */
  store(file: string, now: () => number): Store
  /** Lets 16 writers create sessions as fast as they can; calls back for each acknowledged key. */
  flood(file: string, onKey: (key: string) => void): void
  /** Ends it by SIGKILL. */
  kill(): Promise<void>
}

/** Starts a child process. */
export function startChild(): Child {
  const child = fork(fileURLToPath(import.meta.url), { serialization: 'advanced', execArgv: [] })
  const waiting = new Map<number, (answer: Answer) => void>()
  let lastId = 0
  let acknowledged: (key: string) => void = () => undefined
  child.on('message', (message) => {
    const answer = message as Answer
    if (answer.acknowledged !== undefined) return acknowledged(answer.acknowledged)
    waiting.get(answer.id)?.(answer)
    waiting.delete(answer.id)
  })

  function ask<T>(file: string, time: number, verb: Request['verb'], args: unknown[]): Promise<T> {
    const id = ++lastId
    child.send({ id, file, time, verb, args } satisfies Request)
    return new Promise((resolve, reject) => {
      waiting.set(id, ({ value, error }) => (error ? reject(new Error(error)) : resolve(value as T)))
    })
  }

  return {
    store: (file, now) => ({
      name: 'sqlite',
      capabilities: { atomic: true, durable: true },
      now,
      create: (...args) => ask(file, now(), 'create', args),
      load: (...args) => ask(file, now(), 'load', args),
      update: (...args) => ask(file, now(), 'update', args),
      touch: (...args) => ask(file, now(), 'touch', args),
      destroy: (...args) => ask(file, now(), 'destroy', args),
      index: {
        add: (...args) => ask(file, now(), 'add', args),
        entries: (...args) => ask(file, now(), 'entries', args),
        remove: (...args) => ask(file, now(), 'remove', args),
      },
      close: () => ask(file, now(), 'close', []),
    }),
    flood(file, onKey) {
      acknowledged = onKey
      void ask(file, Date.now(), 'flood', [])
    },
    async kill() {
      const exited = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await exited
    },
  }
}

function serve(): void {
  const stores = new Map<string, SqliteStore>()
  let time = 0
  process.on('message', (message) => {
    const request = message as Request
    time = request.time
    const { id, file, verb, args } = request
    const store = stores.get(file) ?? sqliteStore({ file, now: () => time })
    stores.set(file, store)
    if (verb === 'flood') return flood(store)
    run(store, verb, args).then(
      (value) => answer({ id, value }),
      (error: unknown) => answer({ id, error: String(error) }),
    )
  })
}

async function run(store: SqliteStore, verb: Verb, args: unknown[]): Promise<unknown> {
  const owner = verb in store.index ? store.index : store
  const method = (owner as unknown as Record<Verb, (...args: unknown[]) => unknown>)[verb]
  return method.apply(owner, args)
}

function flood(store: SqliteStore): void {
  for (let writer = 0; writer < 16; writer++) void write()

  async function write(): Promise<void> {
    const key = randomBytes(32).toString('base64url')
    const lifetime = { idle: 3_600_000, absoluteAt: Date.now() + 3_600_000 }
    await store.create(key, { meta: '', fields: new Map([['key', key]]) }, lifetime)
    answer({ id: 0, acknowledged: key })
    return write()
  }
}

function answer(message: Answer): void {
  process.send?.(message)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) serve()
