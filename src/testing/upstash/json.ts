/** @module What the REST interface of Upstash takes and gives, as JSON. */

import { RedisError, type Reply } from './resp.ts'

/** A command as it was sent. */
export type UpstashCommand = readonly string[]

/** What one request asks for. */
export interface Demand {
  kind: 'single' | 'pipeline' | 'multi-exec'
  commands: UpstashCommand[]
}

/**
 * Reads what a request asks for: a list of commands under `/pipeline` and `/multi-exec`, a
 * command under `/`, or a command as a path, such as `/set/key/value?EX=100`.
 *
 * @returns `null` if it cannot be understood
 */
export function demandOf(url: URL, body: string): Demand | null {
  const [first = '', ...rest] = url.pathname.split('/').slice(1).map(decodeURIComponent)
  if (first !== '' && first !== 'pipeline' && first !== 'multi-exec') {
    const options = [...url.searchParams].filter(([name]) => name !== '_token').flat()
    return { kind: 'single', commands: [[first, ...rest, ...(body === '' ? [] : [body]), ...options]] }
  }
  const parsed = parsedJson(body)
  if (first === '') {
    const command = commandOf(parsed)
    return command && { kind: 'single', commands: [command] }
  }
  if (!Array.isArray(parsed) || parsed.length === 0) return null
  const commands = parsed.map(commandOf)
  return commands.includes(null) ? null : { kind: first, commands: commands as UpstashCommand[] }
}

/** An answer of one command: `{ "result": … }` or `{ "error": … }`. */
export function outcomeJson(reply: Reply, isBase64: boolean): string {
  if (reply instanceof RedisError) return errorJson(reply.message)
  // The one text that is not encoded: the status, and only where it stands alone.
  return `{"result":${resultJson(reply, isBase64 && reply !== 'OK')}}`
}

/** `{ "error": … }`. Errors are never in base64. */
export function errorJson(message: string): string {
  return JSON.stringify({ error: message })
}

function resultJson(reply: Reply, isBase64: boolean): string {
  if (reply === null || typeof reply === 'bigint') return String(reply)
  if (Array.isArray(reply)) return `[${reply.map((item) => resultJson(item, isBase64)).join()}]`
  const bytes = process.getBuiltinModule('node:buffer').Buffer.from(bytesOf(reply))
  return JSON.stringify(bytes.toString(isBase64 ? 'base64' : 'utf8'))
}

function bytesOf(reply: string | Uint8Array | RedisError): Uint8Array {
  if (reply instanceof Uint8Array) return reply
  return new TextEncoder().encode(reply instanceof RedisError ? reply.message : reply)
}

function commandOf(value: unknown): UpstashCommand | null {
  if (!Array.isArray(value) || value.length === 0) return null
  const isWord = (word: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof word)
  return value.every(isWord) ? value.map(String) : null
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
