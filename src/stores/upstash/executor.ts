/** @module Talking to Redis over HTTP. */

import type { Command, Executor } from '../redis/client.ts'
import { throwFirstError } from '../redis/records/hash.ts'
import type { Transport } from './transport.ts'

/** Commands that change nothing, so that they may be sent twice. */
const READS = new Set(['exists', 'hexists', 'hgetall', 'hmget', 'pttl', 'time', 'zmscore', 'zrange'])

/**
 * Wraps a transport. There is no connection, so it is always open.
 *
 * @param fromPrimary whether reads are for the primary alone. Default: no
 */
export function upstashExecutor(transport: Transport, fromPrimary = false): Executor {
  function send(path: 'pipeline' | 'multi-exec', commands: readonly Command[]): Promise<unknown[]> {
    const isRead = commands.every(([name]) => READS.has(name))
    if (isRead && fromPrimary) return sendToPrimary(commands)
    return transport.send(path, commands.map(words), isRead)
  }

  /** A transaction that might change something goes to the primary. This one removes a key that never exists. */
  async function sendToPrimary(commands: readonly Command[]): Promise<unknown[]> {
    const nothing = ['del', `${String(commands[0]?.[1] ?? '')}:nothing`]
    const replies = await transport.send('multi-exec', [nothing, ...commands.map(words)], true)
    return replies.slice(1)
  }

  async function pipeline(commands: readonly Command[]): Promise<unknown[]> {
    const replies = await send('pipeline', commands)
    throwFirstError(replies)
    return replies
  }

  return {
    isOpen: true,
    async connect() {},
    readsTogether: true,
    read: (_key, commands) => send('pipeline', commands),
    pipeline: (_key, commands) => pipeline(commands),
    async transaction(_key, commands) {
      try {
        return await send('multi-exec', commands)
      } catch (error) {
        // Nothing was executed, and the answer does not say why. Scripts are what a server may refuse.
        const hasScript = commands.some(([name]) => name === 'eval')
        if (hasScript && isDiscarded(error)) await pipeline([['eval', 'return 1', [], []]])
        throw error
      }
    },
    async close() {},
  }
}

/** A command as it is sent. */
function words([name, ...args]: Command): string[] {
  const all = name.startsWith('eval')
    ? [args[0], (args[1] as readonly string[]).length, ...args.slice(1)]
    : args
  return [name, ...all.flat().map(String)]
}

function isDiscarded(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('EXECABORT')
}
