/**
 * One HTTP request for some commands, and their replies exactly as Redis gave them.
 *
 * The REST interface of Upstash: `POST /pipeline` or `POST /multi-exec` with a JSON list of
 * commands is answered by a list of `{ result }` or `{ error }` in the same order. Texts
 * are asked for in base64, so that nothing on the way can take `"1e5"` for a number.
 *
 * @module
 */

import { storeError } from '../../core/errors.ts'
import { repliesOf } from './replies.ts'
import type { Target } from './source.ts'

/** Longer than sessions wait for any store. It frees what a silent server would hold. */
const DEADLINE = 10_000

const SYNC_TOKEN = 'upstash-sync-token'

interface Answer {
  status: number
  text: string
  syncToken: string | null
}

/** Sends commands to one database. */
export class Transport {
  readonly #target: Target
  readonly #deadline: number
  /** How far this object's requests have got, in the server's own terms; `''` at first. */
  #syncToken = ''

  /** @param deadline milliseconds, for a request with its repetition */
  constructor(target: Target, deadline: number = DEADLINE) {
    this.#target = target
    this.#deadline = deadline
  }

  /**
   * Sends commands in one request. The error of a command stands in the place of its reply.
   * Rejects if there is no answer, or none to all commands.
   *
   * @param isRead whether the commands change nothing: then a request whose connection
   * broke is repeated, once
   */
  async send(
    path: 'pipeline' | 'multi-exec',
    commands: readonly (readonly string[])[],
    isRead: boolean,
  ): Promise<unknown[]> {
    const signal = AbortSignal.timeout(this.#deadline)
    const request: RequestInit = {
      method: 'POST',
      body: JSON.stringify(commands),
      signal,
      // Not `error`, which Cloudflare does not know: here the answer to a redirect is none of ours.
      redirect: 'manual',
      // Not in every runtime, and an error where it is not known.
      ...('cache' in Request.prototype && { cache: 'no-store' }),
    }
    const sentWith = this.#syncToken
    const answer = await this.#attempt(path, request)
      .catch((error: unknown) => {
        if (!isRead || signal.aborted) throw error
        return this.#attempt(path, request)
      })
      .catch((error: unknown) => {
        throw signal.aborted ? storeError('ERR_STORE_TIMEOUT', 'upstash') : lost(error)
      })
    // A read that was overtaken by a write has not got as far as the write.
    if (answer.syncToken && (!isRead || this.#syncToken === sentWith)) this.#syncToken = answer.syncToken
    return repliesOf(answer.status, answer.text, commands.length)
  }

  async #attempt(path: string, request: RequestInit): Promise<Answer> {
    const response = await fetch(`${this.#target.url}/${path}`, {
      ...request,
      headers: {
        authorization: `Bearer ${this.#target.token}`,
        'content-type': 'application/json',
        'upstash-encoding': 'base64',
        [SYNC_TOKEN]: this.#syncToken,
      },
    })
    return {
      status: response.status,
      text: await response.text(),
      syncToken: response.headers.get(SYNC_TOKEN),
    }
  }
}

/** `fetch` hides the code, such as `ECONNREFUSED`, in the cause. */
function lost(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause ? cause : error
}
