/**
 * The options of `createSessions`, and their check. A bad option throws at
 * construction, with the cure in its text, and never at the first request.
 *
 * @module
 */

import type { CookieSettings } from './cookie.ts'
import { milliseconds, type Duration } from './duration.ts'
import { invalidOption } from './errors.ts'
import type { OnEvent } from './events.ts'
import type { LifetimeSettings } from './lifetime.ts'
import type { PlainData, StandardSchema } from './schema.ts'
import type { Store } from './store.ts'

/** How the session cookie looks. */
export interface CookieOptions {
  /**
   * Default `__Host-sid` when `secure` (RFC 6265bis section 4.1.3: no other host can plant it),
   * `__Secure-sid` with a `domain`, `sid` without `secure`.
   */
  name?: string | undefined
  /** Default `/`. */
  path?: string | undefined
  /** Default none: the cookie belongs to this host alone. A domain shares it with all subdomains. */
  domain?: string | undefined
  /** Default `'auto'`: true when `NODE_ENV` is `production`. Browsers treat http://localhost as secure. */
  secure?: boolean | 'auto' | undefined
  /** Default `'lax'`. `'none'` sends it from other sites too and needs `secure`. */
  sameSite?: 'lax' | 'strict' | 'none' | undefined
  /** Default false. Keeps one cookie per embedding site (CHIPS). */
  partitioned?: boolean | undefined
  /** Default none. */
  priority?: 'low' | 'medium' | 'high' | undefined
}

/** Options of `createSessions`. */
export interface SessionOptions<Data extends object = PlainData> {
  /** Where sessions live. Default: an embedded SQLite file, `.sojourn/sessions.db`. */
  store?: Store | undefined
  /** Name of the application; sessions of another one in the same store are not ours. Default `'sojourn'`. */
  app?: string | undefined
  /** Time without a request after which a session ends. Default `'24h'`, or `absolute` if that is shorter. */
  idle?: Duration | undefined
  /** Time after which a session ends whatever happens. Default `'30d'`. */
  absolute?: Duration | undefined
  /** Whether the cookie outlives the browser. Default true. */
  persist?: boolean | undefined
  /** How the cookie looks. */
  cookie?: CookieOptions | undefined
  /** Validates the data of the default namespace, on read and write. Any Standard Schema. */
  schema?: StandardSchema<Data> | undefined
  /** Version of the data's shape, a positive integer. Default 1. */
  version?: number | undefined
  /** Brings data stored under an older `version` into today's shape, before it is validated. */
  migrate?: ((data: PlainData, fromVersion: number) => PlainData | Promise<PlainData>) | undefined
  /** How many sessions a user may have at a time. Default: as many as they like. */
  maxSessionsPerUser?: number | undefined
  /**
   * What a sign-in beyond `maxSessionsPerUser` does: end the user's oldest session, or fail with
   * `ERR_TOO_MANY_SESSIONS`. Default `'evict-oldest'`.
   */
  atLimit?: 'evict-oldest' | 'refuse' | undefined
  /** Largest size of one session in the store, in bytes. Default 65536. */
  maxBytes?: number | undefined
  /** How long a store operation may take. Default `'2s'`. */
  timeout?: Duration | undefined
  /** Receives events, for logs and metrics. */
  onEvent?: OnEvent | undefined
}

/** Checked and completed options, without the store. */
export interface Settings extends LifetimeSettings {
  app: string
  cookie: CookieSettings
  schema: StandardSchema | null
  version: number
  migrate: ((data: PlainData, fromVersion: number) => PlainData | Promise<PlainData>) | null
  maxSessionsPerUser: number | null
  atLimit: 'evict-oldest' | 'refuse'
  maxBytes: number
  timeout: number
  onEvent: OnEvent | undefined
}

/** Lifetime overrides that `login`, `rotate` and new sessions take. */
export interface LifetimeOptions {
  /** Overrides the idle timeout for this session. */
  idle?: Duration | undefined
  /** Overrides the absolute lifetime for this session. */
  absolute?: Duration | undefined
  /** Overrides whether the cookie outlives the browser. */
  persist?: boolean | undefined
}

type Check = (value: unknown) => boolean

const DOMAIN = /^\.?[a-z\d]([a-z\d-]{0,61}[a-z\d])?(\.[a-z\d]([a-z\d-]{0,61}[a-z\d])?)*$/i
const STORE_VERBS = ['now', 'create', 'load', 'update', 'touch', 'destroy']
/** The longest time that a timer can wait: 2^31 - 1 milliseconds. */
const MAX_TIMEOUT = 2_147_483_647

const KNOWN: Record<keyof SessionOptions, [Check, string]> = {
  store: [isStore, 'a store such as sqliteStore() or redisStore(client)'],
  app: [(v) => typeof v === 'string' && v !== '', 'a non-empty string'],
  idle: [() => true, ''],
  absolute: [() => true, ''],
  persist: [isBoolean, 'true or false'],
  cookie: [isObject, 'an object'],
  schema: [
    (v) => (isObject(v) || typeof v === 'function') && '~standard' in v,
    'a Standard Schema, such as z.object({…})',
  ],
  version: [isPositiveInteger, 'a positive integer'],
  migrate: [(v) => typeof v === 'function', 'a function'],
  maxSessionsPerUser: [isPositiveInteger, 'a positive integer'],
  atLimit: [(v) => v === 'evict-oldest' || v === 'refuse', `'evict-oldest' or 'refuse'`],
  maxBytes: [isPositiveInteger, 'a positive integer, in bytes'],
  timeout: [() => true, ''],
  onEvent: [(v) => typeof v === 'function', 'a function'],
}

const COOKIE: Record<keyof CookieOptions, [Check, string]> = {
  name: [
    (v) => typeof v === 'string' && /^[!#$%&'*+\-.^_`|~\w]{1,128}$/.test(v),
    'a cookie name: 1 to 128 characters without spaces, control characters or separators (RFC 6265 section 4.1.1)',
  ],
  path: [
    (v) => typeof v === 'string' && /^\/[\x20-\x3A\x3D-\x7E]*$/.test(v),
    'a path that begins with / and holds no ; < or control characters',
  ],
  domain: [(v) => typeof v === 'string' && DOMAIN.test(v), 'a domain name'],
  secure: [(v) => isBoolean(v) || v === 'auto', `true, false or 'auto'`],
  sameSite: [(v) => v === 'lax' || v === 'strict' || v === 'none', `'lax', 'strict' or 'none' (lower case)`],
  partitioned: [isBoolean, 'true or false'],
  priority: [(v) => v === 'low' || v === 'medium' || v === 'high', `'low', 'medium' or 'high'`],
}

/**
 * Checks options and fills in defaults.
 * @throws `ERR_OPTION_INVALID`
 */
export function resolveOptions<Data extends object>(options: SessionOptions<Data>): Settings {
  checkAll(options, KNOWN, '')
  const lifetime = resolveLifetime({ idle: 86_400_000, absolute: 2_592_000_000, persist: true }, options)
  const timeout = milliseconds(options.timeout ?? '2s', 'timeout')
  if (timeout > MAX_TIMEOUT)
    throw invalidOption('timeout: is longer than 24 days. Shorten it; a few seconds are usual.')
  return {
    ...lifetime,
    app: options.app ?? 'sojourn',
    cookie: resolveCookie(options.cookie ?? {}),
    schema: options.schema ?? null,
    version: options.version ?? 1,
    migrate: options.migrate ?? null,
    maxSessionsPerUser: options.maxSessionsPerUser ?? null,
    atLimit: options.atLimit ?? 'evict-oldest',
    maxBytes: options.maxBytes ?? 65_536,
    timeout,
    onEvent: options.onEvent,
  }
}

/**
 * Applies overrides to a lifetime. An idle timeout that nobody named shrinks to fit.
 * @throws `ERR_OPTION_INVALID` if the named idle timeout is longer than the absolute lifetime
 */
export function resolveLifetime(base: LifetimeSettings, options: LifetimeOptions): LifetimeSettings {
  const absolute = options.absolute === undefined ? base.absolute : milliseconds(options.absolute, 'absolute')
  const idle = options.idle === undefined ? Math.min(base.idle, absolute) : milliseconds(options.idle, 'idle')
  if (idle > absolute) {
    throw invalidOption('idle: is longer than absolute. Shorten idle, or set absolute as well.')
  }
  const persist = options.persist ?? base.persist
  if (!isBoolean(persist)) throw invalidOption('persist: expected true or false.')
  return { idle, absolute, persist }
}

function resolveCookie(options: CookieOptions): CookieSettings {
  checkAll(options, COOKIE, 'cookie.')
  const secure = options.secure === true || (options.secure !== false && isProduction())
  const { name = defaultName(secure, options), path = '/', domain, sameSite = 'lax' } = options
  if (isPrefixed(name, '__Host-') && (!secure || path !== '/' || domain !== undefined)) {
    throw invalidOption(
      `cookie.name: browsers accept "__Host-" only with secure, path "/" and no domain. Use another name, such as "${domain === undefined ? 'sid' : '__Secure-sid'}".`,
    )
  }
  if (isPrefixed(name, '__Secure-') && !secure) {
    throw invalidOption(
      'cookie.name: browsers accept "__Secure-" only with secure. Set secure: true, or use another name.',
    )
  }
  if (sameSite === 'none' && !secure) {
    throw invalidOption(
      `cookie.sameSite: browsers accept 'none' only with secure. Set secure: true, or use 'lax'.`,
    )
  }
  if (options.partitioned === true && !secure) {
    throw invalidOption('cookie.partitioned: browsers accept it only with secure. Set secure: true.')
  }
  return {
    name,
    path,
    secure,
    httpOnly: true,
    sameSite,
    ...(domain !== undefined && { domain }),
    ...(options.partitioned === true && { partitioned: true }),
    ...(options.priority !== undefined && { priority: options.priority }),
  }
}

/** Browsers ignore the case of a prefix (RFC 6265bis section 5.7). */
function isPrefixed(name: string, prefix: string): boolean {
  return name.slice(0, prefix.length).toLowerCase() === prefix.toLowerCase()
}

function defaultName(secure: boolean, { domain, path = '/' }: CookieOptions): string {
  if (!secure) return 'sid'
  return domain === undefined && path === '/' ? '__Host-sid' : '__Secure-sid'
}

function checkAll(options: object, known: Record<string, [Check, string]>, prefix: string): void {
  if (!isObject(options)) throw invalidOption(`${prefix}options: expected an object.`)
  for (const [name, value] of Object.entries(options)) {
    const entry = Object.hasOwn(known, name) ? known[name] : undefined
    if (entry === undefined) {
      throw invalidOption(
        `${prefix}${name}: there is no such option. Known: ${Object.keys(known).join(', ')}.`,
      )
    }
    if (value !== undefined && !entry[0](value))
      throw invalidOption(`${prefix}${name}: expected ${entry[1]}.`)
  }
}

function isProduction(): boolean {
  return typeof process !== 'undefined' && process.env['NODE_ENV'] === 'production'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isStore(value: unknown): boolean {
  return isObject(value) && STORE_VERBS.every((verb) => typeof value[verb] === 'function')
}

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean'
}

function isPositiveInteger(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0
}
