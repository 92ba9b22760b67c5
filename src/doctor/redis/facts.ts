/**
 * What one Redis server says of itself, as far as it may be asked.
 *
 * @module
 */

import { pairsOf, type Ask } from './nodes.ts'

/** What is known of one server. */
export interface RedisFacts {
  /** A line of INFO; `undefined` if there is none, or INFO is forbidden. */
  info(name: string): string | undefined
  /** A line of INFO that is a number. */
  count(name: string): number | undefined
  /** A setting; `undefined` if there is none, or CONFIG is forbidden. */
  config(name: string): string | undefined
  /** How far its clock is ahead of ours, in milliseconds. */
  clockOffset: number | undefined
}

const SETTINGS = [
  'maxmemory-policy',
  'maxmemory',
  'save',
  'appendonly',
  'appendfsync',
  'maxclients',
  'min-replicas-to-write',
] as const

/** Asks a server for all of it. What it refuses to say is missing; rejects if it says nothing at all. */
export async function factsOf(ask: Ask): Promise<RedisFacts> {
  const clockOffset = await offsetOf(ask)
  const info = await ask('INFO').then(infoOf, () => new Map<string, string>())
  const config = new Map<string, string>()
  // One by one: servers before 7 take one name, and some answer to a part of them.
  const replies = await Promise.allSettled(SETTINGS.map((name) => ask('CONFIG', 'GET', name)))
  for (const reply of replies) {
    if (reply.status === 'rejected') continue
    for (const [name, value] of pairsOf(reply.value)) config.set(name, String(value))
  }
  return {
    info: (name) => info.get(name),
    count: (name) => numberIn(info.get(name)),
    config: (name) => config.get(name),
    clockOffset,
  }
}

/** A whole number, or `undefined`. */
export function numberIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}

/** The answer that took least time says most. A user without the right to ask is no server without an answer. */
async function offsetOf(ask: Ask): Promise<number | undefined> {
  let [best, offset]: [number, number | undefined] = [Infinity, undefined]
  for (let i = 0; i < 3; i++) {
    const [sent, start] = [Date.now(), performance.now()]
    const reply = await ask('TIME').catch((error: unknown) => {
      if (isRefusal(error)) return null
      throw error
    })
    if (reply === null) return undefined
    const taken = performance.now() - start
    const [seconds, microseconds] = reply as [unknown, unknown]
    if (taken < best) offset = Number(seconds) * 1000 + Number(microseconds) / 1000 - (sent + taken / 2)
    best = Math.min(best, taken)
  }
  return offset
}

/** Of Redis, of glide, of a script, of servers without the command, and of Upstash. */
const REFUSAL = /\bNOPERM\b|PermissionDenied|ACL failure|unknown command|not available/i

/** Whether the server heard the question and would not answer. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Error && REFUSAL.test(error.message)
}

function infoOf(reply: unknown): Map<string, string> {
  const lines = String(reply).matchAll(/^([a-z0-9_]+):(.*?)\r?$/gm)
  return new Map([...lines].map(([, name = '', value = '']) => [name, value]))
}
