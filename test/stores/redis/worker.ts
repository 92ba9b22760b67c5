/**
 * A process that opens a Redis store and does to it what its parent says. Run as a
 * program it is the child; imported it is the parent's end.
 *
 * @module
 */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

import type { Store } from '../../../src/core/store.ts'
import { redisStore } from '../../../src/stores/redis.ts'
import { type ClientKind, clients, type GlideKind } from './clients.ts'

type Verb = 'now' | 'create' | 'load' | 'update' | 'touch' | 'destroy'

interface Request {
  id: number
  verb: Verb
  args: unknown[]
}

interface Answer {
  id: number
  value?: unknown
  error?: string
}

/** The parent's end of a process with a store. */
export interface Worker {
  /** Calls a verb of the store over there. Rejects with the code of the error. */
  call(verb: Verb, ...args: unknown[]): Promise<unknown>
  stop(): Promise<void>
}

/** @param skew milliseconds by which the clock of that process is wrong */
export async function startWorker(kind: ClientKind | GlideKind, url: string, skew = 0): Promise<Worker> {
  const child = fork(fileURLToPath(import.meta.url), [kind, url, String(skew)], { serialization: 'advanced' })
  await once(child, 'message')
  const waiting = new Map<number, (answer: Answer) => void>()
  child.on('message', (answer: Answer) => {
    waiting.get(answer.id)?.(answer)
    waiting.delete(answer.id)
  })
  child.on('exit', () => {
    for (const [id, resolve] of waiting) resolve({ id, error: 'the process ended' })
  })
  let lastId = 0
  return {
    async call(verb, ...args) {
      const id = ++lastId
      child.send({ id, verb, args } satisfies Request)
      const answer = await new Promise<Answer>((resolve) => waiting.set(id, resolve))
      if (answer.error !== undefined) throw new Error(answer.error)
      return answer.value
    },
    stop: () => stop(child),
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

function serve(kind: ClientKind | GlideKind, url: string, skew: number): void {
  const right = Date.now
  Date.now = () => right() + skew
  const store = redisStore(() => clients[kind](url))
  process.on('message', (request: Request) => {
    void answer(store, request).then((value) => process.send?.(value))
  })
  process.send?.({ id: 0 })
}

async function answer(store: Store, { id, verb, args }: Request): Promise<Answer> {
  const verbs = store as unknown as Record<Verb, (...args: unknown[]) => unknown>
  try {
    return { id, value: await verbs[verb](...args) }
  } catch (error) {
    return { id, error: String((error as { code?: unknown }).code) }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , kind, url, skew] = process.argv
  serve(kind as ClientKind | GlideKind, url ?? '', Number(skew))
}
