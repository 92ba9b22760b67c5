/**
 * Reads of the same moment in one packet: what a client costs, it costs for each batch of
 * commands, and a busy server reads for many requests at once.
 *
 * @module
 */

import { isNode } from '../../core/node-builtin.ts'
import type { EndedRecord, LoadedRecord } from '../../core/store.ts'
import type { Executor } from './client.ts'
import { failure, isAnswer, settled } from './failure.ts'
import { DOUBTFUL, isForeign, readHash, REASON, SIGN_OF_LIFE, unreadable } from './hash.ts'
import type { Link } from './link.ts'
import { repliesOf, textsOf, UnreadableReply } from './replies.ts'

type Answer = LoadedRecord | EndedRecord | null

interface Reading {
  key: string
  resolve: (answer: Answer) => void
  reject: (error: unknown) => void
  /** Whether a connection has broken under it. */
  isSecond?: boolean
}

/** So that one packet does not keep the server from everybody else for long. */
const MOST = 64

/** See the module. */
export class Reader {
  readonly #link: Link
  #waiting: Reading[] = []

  constructor(link: Link) {
    this.#link = link
  }

  /**
   * Reads a record: `PTTL key; HGETALL key`. In this order the answer is right without a
   * transaction: what ends in between is seen to have ended.
   */
  read(key: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const count = this.#waiting.push({ key, resolve, reject })
      if (count === 1) soon(() => this.#flush())
    })
  }

  #flush(): void {
    const readings = this.#waiting
    this.#waiting = []
    this.#deliver(readings)
  }

  #deliver(readings: readonly Reading[]): void {
    const executor = this.#link.connection.open()
    if (!(executor instanceof Promise)) return this.#sendAll(executor, readings)
    executor.then(
      (open) => this.#sendAll(open, readings),
      (error: unknown) => readings.forEach((reading) => this.#refuse(reading, error)),
    )
  }

  #sendAll(executor: Executor, readings: readonly Reading[]): void {
    const most = executor.readsTogether ? MOST : 1
    for (let i = 0; i < readings.length; i += most) this.#send(executor, readings.slice(i, i + most))
  }

  #send(executor: Executor, readings: readonly Reading[]): void {
    const { clock } = this.#link
    const withTime = clock.isDue()
    const keys = readings.map(({ key }) => key)
    replies(executor, keys, withTime)
      .then((all) => {
        if (withTime) clock.set(all.at(-1))
        const now = clock.now()
        for (const [i, reading] of readings.entries())
          this.#tell(executor, reading, all[2 * i], all[2 * i + 1], now)
      })
      // Also what is read wrong above: an answer that makes no sense must end neither the process nor the wait.
      .catch((error: unknown) => {
        if (readings.length === 1) readings.forEach((reading) => this.#failed(executor, reading, error))
        // One of them failed, or all did: each finds out for itself.
        else for (const reading of readings) this.#deliver([reading])
      })
  }

  #tell(executor: Executor, reading: Reading, left: unknown, hash: unknown, now: number): void {
    try {
      const answer = readHash(left, hash, now)
      if (answer === DOUBTFUL) this.#askAgain(reading)
      else reading.resolve(answer)
    } catch (error) {
      this.#failed(executor, reading, error)
    }
  }

  /** What seems to be no record is asked for in other words, which a client may leave as they are. */
  #askAgain(reading: Reading): void {
    const fields = [SIGN_OF_LIFE, REASON]
    this.#link
      .pipeline(reading.key, [['hmget', reading.key, fields]])
      .then(([held]) => {
        const isThere = textsOf(held, fields, 'HMGET').some((text) => text !== null)
        if (isThere) throw new UnreadableReply('HGETALL', held, 'fields are missing')
        reading.resolve(null)
      })
      .catch((error: unknown) => this.#refuse(reading, error))
  }

  /** What a broken connection did not answer is asked once more. */
  #failed(executor: Executor, reading: Reading, error: unknown): void {
    const isLost = executor.isReady !== undefined && executor.isOpen && !isAnswer(error)
    if (!isLost || reading.isSecond) return this.#refuse(reading, error)
    reading.isSecond = true
    this.#deliver([reading])
  }

  /** What is no hash is there, but cannot be read. */
  #refuse({ key, resolve, reject }: Reading, error: unknown): void {
    if (isForeign(error))
      settled(this.#link.name, this.#link.now(key)).then((now) => resolve(unreadable(now)), reject)
    else reject(failure(this.#link.name, error))
  }
}

/** Once all requests that have arrived by now have asked: after the microtasks of each, where that can be told. */
const soon: (work: () => void) => void = isNode ? setImmediate : queueMicrotask

async function replies(executor: Executor, keys: readonly string[], withTime: boolean): Promise<unknown[]> {
  return repliesOf(await executor.read(keys, withTime), 2 * keys.length + Number(withTime))
}
