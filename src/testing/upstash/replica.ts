/**
 * A replica that lags behind, without a second Redis: a value is copied before a write changes
 * it, and reads are led to the copies.
 *
 * @module
 */

import type { UpstashCommand } from './json.ts'
import type { RedisError, Reply, RespConnection } from './resp.ts'

/** They read nothing that is stored, but are not marked as reads. */
const HARMLESS = new Set(['time', 'ping', 'echo'])

/** Executes requests and counts writes; while it lags, old reads are answered by old data. */
export class LaggingReplica {
  readonly #redis: RespConnection
  readonly #isRead = new Map<string, boolean>()
  /** Key → the copy of what it held when the lag began. */
  readonly #copies = new Map<string, string>()
  #writes = 0
  #lagsAt: number | null = null
  #turn: Promise<unknown> = Promise.resolve()

  constructor(redis: RespConnection) {
    this.#redis = redis
  }

  /** From now on, the replica learns of nothing. */
  lag(): void {
    this.#lagsAt ??= this.#writes
  }

  /** The replica learns of everything at once. */
  async catchUp(): Promise<void> {
    this.#lagsAt = null
    const copies = [...this.#copies.values()]
    this.#copies.clear()
    if (copies.length > 0) await this.#redis.send([['DEL', ...copies]])
  }

  /**
   * Runs commands where Upstash would: reads on the replica, unless the token says that the
   * caller has seen more than it has; everything else on the primary.
   *
   * @param isAtomic whether to run them between MULTI and EXEC
   */
  async run(
    commands: readonly UpstashCommand[],
    isAtomic: boolean,
    syncToken: string,
  ): Promise<{ replies: Reply[] | RedisError; syncToken: string }> {
    const isRead = await this.#areReads(commands)
    if (isRead && !isAtomic && this.#lagsAt !== null && this.#lagsAt >= positionOf(syncToken)) {
      const at = this.#lagsAt
      const led = await Promise.all(commands.map(async (command) => this.#toCopies(command)))
      return { replies: await this.#redis.send(led), syncToken: tokenOf(at) }
    }
    if (isRead) return { replies: await this.#execute(commands, isAtomic), syncToken: tokenOf(this.#writes) }
    const turn = this.#turn.then(async () => {
      if (this.#lagsAt !== null) await this.#copyBefore(commands)
      const replies = await this.#execute(commands, isAtomic)
      return { replies, syncToken: tokenOf(++this.#writes) }
    })
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  async #execute(commands: readonly UpstashCommand[], isAtomic: boolean): Promise<Reply[] | RedisError> {
    if (!isAtomic) return this.#redis.send(commands)
    const replies = await this.#redis.send([['MULTI'], ...commands, ['EXEC']])
    return replies.at(-1) as Reply[] | RedisError
  }

  async #copyBefore(commands: readonly UpstashCommand[]): Promise<void> {
    for (const key of (await Promise.all(commands.map(async (command) => this.#keysOf(command)))).flat()) {
      if (this.#copies.has(key)) continue
      const copy = `upstash-replica:${crypto.randomUUID()}`
      this.#copies.set(key, copy)
      await this.#redis.send([['COPY', key, copy]])
    }
  }

  async #toCopies(command: UpstashCommand): Promise<UpstashCommand> {
    const led = [...command]
    for (const key of await this.#keysOf(command)) {
      const copy = this.#copies.get(key)
      if (copy !== undefined) led[led.indexOf(key, 1)] = copy
    }
    return led
  }

  async #keysOf(command: UpstashCommand): Promise<string[]> {
    const [keys] = await this.#redis.send([['COMMAND', 'GETKEYS', ...command]])
    return Array.isArray(keys) ? keys.map(String) : []
  }

  async #areReads(commands: readonly UpstashCommand[]): Promise<boolean> {
    for (const [name = ''] of commands) {
      const lower = name.toLowerCase()
      if (!this.#isRead.has(lower)) {
        const [info] = await this.#redis.send([['COMMAND', 'INFO', lower]])
        const flags = ((info as Reply[])[0] as Reply[] | null)?.[2] as Reply[] | undefined
        this.#isRead.set(lower, HARMLESS.has(lower) || (flags ?? []).map(String).includes('readonly'))
      }
      if (!this.#isRead.get(lower)) return false
    }
    return true
  }
}

function tokenOf(position: number): string {
  return `local:${position}`
}

function positionOf(syncToken: string): number {
  return Number(/^local:(\d+)$/.exec(syncToken)?.[1] ?? 0)
}
