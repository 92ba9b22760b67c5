/**
 * Reads of the same moment in one packet: what a client costs, it costs for each batch of
 * commands, and a busy server reads for many requests at once.
 *
 * @module
 */

import { isNode, requestsShare } from '../../../core/runtime.ts'
import { isAlive, type EndedRecord, type LoadedRecord } from '../../../core/store.ts'
import type { Command, Executor } from '../client.ts'
import { failure, isAnswer, settled } from '../failure.ts'
import type { Link } from '../link.ts'
import { listingOf, untilOf } from '../lists/list-members.ts'
import { lookCommand } from '../lists/lists.ts'
import { repliesOf, textsOf, UnreadableReply } from '../replies.ts'
import { DOUBTFUL, isForeign, readHash, REASON, SIGN_OF_LIFE, unreadable } from './hash.ts'

type Answer = LoadedRecord | EndedRecord | null

interface Reading {
  key: string
  /** A list that may hold the key, and what the list calls it. */
  list: string | null
  entry: string
  resolve: (answer: Answer) => void
  reject: (error: unknown) => void
  /** Whether a connection has broken under it. */
  isSecond?: boolean
}

/** So that one packet does not hold up other clients for long. */
const MOST = 64

/** See the module. */
export class Reader {
  readonly #link: Link
  #waiting: Reading[] = []

  constructor(link: Link) {
    this.#link = link
  }

  /**
   * Reads a record, and what a list says of it: `PTTL key; HGETALL key; ZMSCORE list …`. In this
   * order the answer is right without a transaction: what ends in between is seen to have ended.
   */
  read(key: string, list: string | null, entry: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const count = this.#waiting.push({ key, list, entry, resolve, reject })
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
    replies(executor, readings, withTime)
      .then((all) => {
        if (withTime) clock.set(all.pop())
        const now = clock.now()
        let at = 0
        for (const reading of readings)
          this.#tell(executor, reading, all.slice(at, (at += reading.list === null ? 2 : 3)), now)
      })
      // Also what is read wrong above: an answer that makes no sense must end neither the process nor the wait.
      .catch((error: unknown) => {
        if (readings.length === 1) readings.forEach((reading) => this.#failed(executor, reading, error))
        // One of them failed, or all did: each finds out for itself.
        else for (const reading of readings) this.#deliver([reading])
      })
  }

  #tell(executor: Executor, reading: Reading, [left, hash, scores]: unknown[], now: number): void {
    try {
      const answer = readHash(left, hash, now)
      if (answer === DOUBTFUL) this.#askAgain(reading, scores, now)
      else reading.resolve(scores === undefined ? answer : withListing(answer, scores, now))
    } catch (error) {
      this.#failed(executor, reading, error)
    }
  }

  /**
   * A record that begins between PTTL and HGETALL looks odd, so both are asked again. HMGET then
   * tells of a record whose HGETALL the client has changed.
   */
  #askAgain({ key, resolve, ...reading }: Reading, scores: unknown, now: number): void {
    const fields = [SIGN_OF_LIFE, REASON]
    this.#link
      .pipeline(key, [
        ['pttl', key],
        ['hgetall', key],
        ['hmget', key, fields],
      ])
      .then(([left, hash, held]) => {
        const answer = readHash(left, hash, now)
        if (answer !== DOUBTFUL)
          return resolve(scores === undefined ? answer : withListing(answer, scores, now))
        const isThere = textsOf(held, fields, 'HMGET').some((text) => text !== null)
        if (isThere) throw new UnreadableReply('PTTL, HGETALL', held, 'what is there is said to be missing')
        resolve(null)
      })
      .catch((error: unknown) => this.#refuse({ key, resolve, ...reading }, error))
  }

  /** What a broken connection did not answer is asked once more. */
  #failed(executor: Executor, reading: Reading, error: unknown): void {
    const isLost = executor.isReady !== undefined && executor.isOpen && !isAnswer(error)
    if (!isLost || reading.isSecond) return this.#refuse(reading, error)
    reading.isSecond = true
    this.#deliver([reading])
  }

  /** A value that is no hash counts as an unreadable record. */
  #refuse({ key, resolve, reject }: Reading, error: unknown): void {
    if (isForeign(error))
      settled(this.#link.name, this.#link.now(key)).then((now) => resolve(unreadable(now)), reject)
    else reject(failure(this.#link.name, error))
  }
}

/** Once all requests that have arrived by now have asked: after the microtasks of each, where that can be told, and may be. */
const soon: (work: () => void) => void = isNode && requestsShare ? setImmediate : queueMicrotask

async function replies(
  executor: Executor,
  readings: readonly Reading[],
  withTime: boolean,
): Promise<unknown[]> {
  const all = await (executor.readsTogether ? inOne : apart)(executor, readings, withTime)
  return repliesOf(all, commandsOf(readings, withTime).length)
}

function inOne(executor: Executor, readings: readonly Reading[], withTime: boolean): Promise<unknown[]> {
  return executor.read(readings[0]?.key ?? '', commandsOf(readings, withTime))
}

/** In a cluster the list lies on another node. */
async function apart(
  executor: Executor,
  [reading]: readonly Reading[],
  withTime: boolean,
): Promise<unknown[]> {
  const { key, list, entry } = reading!
  const record = executor.read(key, commandsOf([{ ...reading!, list: null }], withTime))
  if (list === null) return record
  const [[left, hash, ...time], scores] = await Promise.all([
    record,
    executor.read(list, [lookCommand(list, entry)]),
  ])
  return [left, hash, scores[0], ...time]
}

function commandsOf(readings: readonly Reading[], withTime: boolean): Command[] {
  const commands: Command[] = []
  for (const { key, list, entry } of readings) {
    commands.push(['pttl', key], ['hgetall', key])
    if (list !== null) commands.push(lookCommand(list, entry))
  }
  if (withTime) commands.push(['time'])
  return commands
}

/** Adds what a list says. What is no list says nothing. */
function withListing(answer: Answer, scores: unknown, now: number): Answer {
  if (isForeign(scores)) return answer
  if (isAlive(answer)) return { ...answer, listing: listingOf(scores, now) }
  if (answer !== null) return answer
  const until = untilOf(scores)
  if (until === null) return null
  return { ended: until > now ? 'idle' : 'absolute' }
}
