/**
 * The options of `createSessions`, and their check. A bad option throws at
 * construction, with the cure in its text, and never at the first request.
 *
 * @module
 */

import type { Adoption } from './adoption/adoption.ts'
import { resolveCookie, type CookieOptions } from './browser/cookie-options.ts'
import { resolveSecret } from './browser/signature.ts'
import { milliseconds, type Duration } from './record/duration.ts'
import { resolveEncryption, type EncryptionOptions } from './wrappers/encryption.ts'
import { invalidOption } from './errors.ts'
import type { OnEvent } from './events.ts'
import { insteadOf } from './foreign-options.ts'
import { checkAll, isBoolean, isObject, type Known } from './check-options.ts'
import { resolveLifetime, type LifetimeSettings } from './record/lifetime.ts'
import { resolveMigrations, type Migrations } from './schema/migrations.ts'
import { resolvePrevious } from './browser/previous-cookies.ts'
import { isOriginList } from './browser/same-origin.ts'
import type { PlainData } from './data.ts'
import type { StandardSchema } from './schema/schema.ts'
import type { Settings } from './settings.ts'
import type { Store } from './store.ts'

/** Options of `createSessions`. */
export interface SessionOptions<Data extends object = PlainData, Input = unknown> {
  /** Where sessions live. Default: an embedded SQLite file, `.sojourn/sessions.db`. */
  store?: Store | undefined
  /** Name of the application; sessions of another one in the same store are not ours. Default `'sojourn'`. */
  app?: string | undefined
  /** Time without a request after which a session ends. Default `'24h'`, or `absolute` if that is shorter. */
  idle?: Duration | undefined
  /** Time after which a session ends in any case. Default `'30d'`. */
  absolute?: Duration | undefined
  /** Whether the cookie outlives the browser. Default true. */
  persist?: boolean | undefined
  /** How the cookie looks. */
  cookie?: CookieOptions | undefined
  /**
   * Signs the cookie, so that an invented one costs no store call. A text of at least 32 characters,
   * or several: the first signs, all are accepted. Cookies without a valid signature are then
   * refused. Needs `node:crypto`. Default: the cookie is not signed.
   */
  secret?: string | readonly string[]
  /**
   * Encrypts what the store keeps (AES-256-GCM); records that are not encrypted are then refused.
   * Default: they are stored as they are.
   */
  encryption?: EncryptionOptions | undefined
  /** Validates the data of the default namespace, on read and write. Any Standard Schema. */
  schema?: StandardSchema<Data, Input> | undefined
  /**
   * Version of the data of the default namespace, a positive integer. Raise it with a change that
   * the release before could not read: releases of different versions never write to the same
   * fields. Default 1.
   */
  version?: number | undefined
  /**
   * Brings stored data to today's `version`, one step after the other, before it is validated:
   * `{ 1: (data) => … }` turns data of version 1 into data of version 2. Where a step is missing,
   * data stays as it is. A step that throws leaves its data in the store, unread.
   */
  migrate?: Migrations | undefined
  /** How many sessions a user may have at a time. Default: as many as they like. */
  maxSessionsPerUser?: number | undefined
  /**
   * What a sign-in beyond `maxSessionsPerUser` does: end the user's oldest session, or fail with
   * `ERR_TOO_MANY_SESSIONS`. Default `'evict-oldest'`.
   */
  atLimit?: 'evict-oldest' | 'refuse' | undefined
  /**
   * Whose pages `assertSameOrigin` lets change something where the browser does not vouch for
   * them: `['https://shop.example']`, the application's own first. Default: pages of the host
   * that the request names.
   */
  origins?: readonly string[] | undefined
  /**
   * Takes over the sessions of another library, so that changing to this one logs no user out: what
   * the functions of `sojourn/adopt` give. Default: none.
   */
  adopt?: Adoption | readonly Adoption[] | undefined
  /** Largest size of one session in the store, in bytes. Default 65536. */
  maxBytes?: number | undefined
  /** How long a store operation may take. Default `'2s'`. */
  timeout?: Duration | undefined
  /** Receives events, for logs and metrics. */
  onEvent?: OnEvent | undefined
  /**
   * Whether to warn, in development, of what is unsafe about the store: once for each store of the
   * process, after its first operation, by a warning of the process for each finding of
   * `sojourn/doctor` that is serious. Never where `NODE_ENV` is `production` or `test`. Default true.
   */
  diagnose?: boolean | undefined
}

const STORE_VERBS = ['now', 'create', 'load', 'update', 'touch', 'destroy']
const DEFAULT_LIFETIME: LifetimeSettings = { idle: 86_400_000, absolute: 2_592_000_000, persist: true }
/** The longest time that a timer can wait: 2^31 - 1 milliseconds. */
const MAX_TIMEOUT = 2_147_483_647

const KNOWN: Record<keyof SessionOptions, Known> = {
  store: [isStore, 'a store such as sqliteStore() or redisStore(client)'],
  app: [(v) => typeof v === 'string' && v !== '', 'a non-empty string'],
  idle: [() => true, ''],
  absolute: [() => true, ''],
  persist: [isBoolean, 'true or false'],
  cookie: [isObject, 'an object'],
  secret: [() => true, ''],
  encryption: [() => true, ''],
  schema: [
    (v) => (isObject(v) || typeof v === 'function') && '~standard' in v,
    'a Standard Schema, such as z.object({…})',
  ],
  version: [isPositiveInteger, 'a positive integer'],
  migrate: [isObject, 'steps by version, such as { 1: (data) => ({ … }) }'],
  maxSessionsPerUser: [isPositiveInteger, 'a positive integer'],
  atLimit: [(v) => v === 'evict-oldest' || v === 'refuse', `'evict-oldest' or 'refuse'`],
  origins: [
    isOriginList,
    "a list of origins as browsers send them, such as 'https://shop.example': scheme, host and port in lower case, without default port, path or wildcard",
  ],
  adopt: [
    (v) => [v].flat().every(isAdoption),
    "what connectSession() or another function of 'sojourn/adopt' gives, or a list of such",
  ],
  maxBytes: [isPositiveInteger, 'a positive integer, in bytes'],
  timeout: [() => true, ''],
  onEvent: [(v) => typeof v === 'function', 'a function'],
  diagnose: [isBoolean, 'true or false'],
}

/**
 * Checks options and fills in defaults.
 * @throws `ERR_OPTION_INVALID`
 */
export function resolveOptions(options: SessionOptions<object>): Settings {
  checkAll(options, KNOWN, '', insteadOf)
  if (Object.hasOwn(options, 'secret') && options.secret === undefined)
    throw invalidOption(
      'secret: is undefined, perhaps because an environment variable is not set. Cookies would not be signed. Set it, or leave the option out.',
    )
  const { idle, absolute, persist } = resolveLifetime(DEFAULT_LIFETIME, options)
  const timeout = milliseconds(options.timeout ?? '2s', 'timeout')
  if (timeout > MAX_TIMEOUT)
    throw invalidOption('timeout: is longer than 24 days. Shorten it; a few seconds are usual.')
  const app = options.app ?? 'sojourn'
  const cookie = resolveCookie(options.cookie ?? {})
  return {
    idle,
    absolute,
    persist,
    app,
    cookie,
    previousCookies: resolvePrevious(options.cookie ?? {}, cookie),
    cookieValues: resolveSecret(options.secret, app),
    sealer: resolveEncryption(options.encryption, app),
    schema: options.schema ?? null,
    version: options.version ?? 1,
    migrate: resolveMigrations(options.migrate ?? {}, options.version ?? 1),
    maxSessionsPerUser: options.maxSessionsPerUser ?? null,
    atLimit: options.atLimit ?? 'evict-oldest',
    origins: [...(options.origins ?? [])],
    maxBytes: options.maxBytes ?? 65_536,
    timeout,
    onEvent: options.onEvent,
  }
}

function isStore(value: unknown): boolean {
  return isObject(value) && STORE_VERBS.every((verb) => typeof value[verb] === 'function')
}

function isAdoption(value: unknown): boolean {
  return isObject(value) && typeof value['adopt'] === 'function'
}

function isPositiveInteger(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0
}
