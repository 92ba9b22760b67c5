/** @module Where a database is, and what may be used there. */

import { invalidOption } from '../../core/errors.ts'

/** The address of a database. What is missing is taken from the environment, both or none. */
export interface UpstashAddress {
  /** Such as `https://eu1-calm-bear-12345.upstash.io`. */
  url?: string | undefined
  /** The token that may write, not the read-only one. */
  token?: string | undefined
}

/** A client of `@upstash/redis` or `@vercel/kv`. */
export interface UpstashClient {
  hgetall(...args: never[]): unknown
  multi(...args: never[]): object
  pipeline(...args: never[]): object
}

/** What `upstashStore` takes. */
export type UpstashSource = UpstashAddress | UpstashClient

/** An address that is complete. */
export interface Target {
  url: string
  token: string
}

const WHAT_TO_PASS =
  'Pass `{ url, token }`, or a client of `@upstash/redis` or `@vercel/kv`, or nothing and set ' +
  'UPSTASH_REDIS_REST_URL and UPSTASH_REDIS_REST_TOKEN, or KV_REST_API_URL and KV_REST_API_TOKEN.'

/**
 * Finds the database, or `null` if nothing names one yet: while an application is built, its
 * environment is often not there.
 *
 * @throws SessionError `ERR_OPTION_INVALID` if the source is of no known kind, or what it says is malformed.
 */
export function targetOf(source: UpstashSource): Target | null {
  if (typeof source !== 'object' || source === null) throw unknownSource()
  const http = httpClientOf(source)
  if (http === null) return null
  const found = http === undefined ? named(source as UpstashAddress) : held(http)
  return found && checked(found)
}

/** The error for a source that names no database although one is needed now. */
export function noTarget(): Error {
  return invalidOption(`upstashStore: nothing says where the database is. ${WHAT_TO_PASS}`)
}

/** What a client sends its requests through; `null` if the client cannot say, `undefined` if this is no client. */
function httpClientOf(source: UpstashSource): unknown {
  try {
    return (source as { client?: unknown }).client
  } catch {
    // `kv` makes its client when a property is read, and throws while the environment lacks the address.
    return null
  }
}

function named(address: UpstashAddress): Target | null {
  if (Object.keys(address).some((name) => name !== 'url' && name !== 'token')) throw unknownSource()
  const { url, token } = address
  if (url === undefined && token === undefined) return fromEnvironment()
  return url === undefined || token === undefined ? null : { url, token }
}

function fromEnvironment(): Target | null {
  const env = globalThis.process?.env ?? {}
  for (const name of ['UPSTASH_REDIS_REST', 'KV_REST_API']) {
    const [url, token] = [env[`${name}_URL`], env[`${name}_TOKEN`]]
    if (url && token) return { url, token }
  }
  return null
}

/** What an HTTP client of `@upstash/redis` was made with. */
function held(http: unknown): Target | null {
  const { baseUrl, headers } = (http ?? {}) as { baseUrl?: unknown; headers?: { authorization?: unknown } }
  const authorization = headers?.authorization
  if (typeof baseUrl !== 'string' || typeof authorization !== 'string') throw unknownSource()
  const token = authorization.replace(/^Bearer /, '')
  // What it writes there when it was made without one.
  return baseUrl === '' || token === 'undefined' ? null : { url: baseUrl, token }
}

function checked({ url, token }: Target): Target {
  const parsed = parsedUrl(url)
  if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.username || parsed.search || parsed.hash) {
    throw invalidOption(
      'upstashStore: `url` must be the REST address of the database, such as `https://eu1-calm-bear-12345.upstash.io`.',
    )
  }
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) {
    throw invalidOption('upstashStore: `token` must be the REST token of the database, without spaces.')
  }
  return { url: parsed.href.replace(/\/+$/, ''), token }
}

/** `URL.parse` is not in every runtime. */
function parsedUrl(url: unknown): URL | null {
  try {
    return new URL(url as string)
  } catch {
    return null
  }
}

function unknownSource(): Error {
  return invalidOption(`upstashStore: this is not the address of a database, nor a client. ${WHAT_TO_PASS}`)
}
