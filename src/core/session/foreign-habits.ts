/**
 * Habits from express-session and its like that would do nothing here: each throws at once, in
 * strict and in sloppy code, and the text says what to write.
 *
 * @module
 */

import { invalidOption } from '../errors.ts'
import { quoted } from '../quoted.ts'

const PACKAGES =
  'Packages made for express-session, such as passport, run over toConnectStore: see docs/servers.md.'

const LIFETIME = 'How long a session lasts is told by the options idle, absolute and persist.'
const SIGN_IN = 'Sign a person in with session.login(userId).'

/** What to write in place of an assignment to a property of a session. */
const CURES: ReadonlyMap<PropertyKey, string> = new Map([
  ['data', 'session.data is a copy. Write await session.set({ … }).'],
  ['userId', SIGN_IN],
  ['authenticatedAt', SIGN_IN],
  ['id', 'Give the session a new token with session.rotate().'],
  ['flash', 'Write a message with session.flash(key, value), or a value with session.set({ … }).'],
  ['cookie', LIFETIME],
])

/** What to write in place of methods and properties that only sessions of express-session have. */
const INSTEAD = {
  regenerate:
    'Write await session.login(userId), which gives a new token too, or await session.rotate() to do that alone.',
  save: 'Every write is stored at once: await it, or await session.commit() for all of them.',
  reload: 'Every request reads the session anew; in a long one, await detached(request) gives it again.',
  resetMaxAge: 'Write await session.touch(). Each request that reads the session does that by itself.',
  cookie: LIFETIME,
}

/** Those, for the prototype of sessions. They have no types. */
export const FOREIGN: PropertyDescriptorMap = Object.fromEntries(
  Object.entries(INSTEAD).map(([name, instead]) => {
    const refuse = (): never => {
      throw invalidOption(`session.${name}: a session of sojourn has no such thing. ${instead} ${PACKAGES}`)
    }
    return [name, name === 'cookie' ? { get: refuse } : { value: refuse }]
  }),
)

/** @throws `ERR_OPTION_INVALID` always */
export function refuseAssigning(handle: object, key: PropertyKey): never {
  const what = kindOf(handle)
  const cure = what === 'session' ? CURES.get(key) : undefined
  throw invalidOption(
    `${what}${memberOf(key)} = …: an assignment stores nothing. ${cure ?? `Write await ${what}.set(${literal(key)}, …).`} ${PACKAGES}`,
  )
}

/** @throws `ERR_OPTION_INVALID` always */
export function refuseDeleting(handle: object, key: PropertyKey): never {
  const what = kindOf(handle)
  throw invalidOption(
    `delete ${what}${memberOf(key)}: this removes nothing. Write await ${what}.delete(${literal(key)}).`,
  )
}

/**
 * Refuses a callback, which would never be called. Throws at once, since with a promise that
 * is not awaited the request would never be answered.
 * @param expected the one position where a function may stand
 * @throws `ERR_OPTION_INVALID`
 */
export function refuseCallback(
  handle: object,
  method: string,
  given: ArrayLike<unknown>,
  expected = -1,
): void {
  for (let i = 0; i < given.length; i++) {
    if (i === expected || typeof given[i] !== 'function') continue
    const what = kindOf(handle)
    const call = WITHOUT_ARGUMENTS.get(method) ?? `${method}(…)`
    throw invalidOption(
      `${what}.${method}: takes no callback, it gives a promise. Nothing was done. Write await ${what}.${call}, and after it what the callback was to do.`,
    )
  }
}

/**
 * For the property of a request that holds its session.
 * @throws `ERR_OPTION_INVALID` always
 */
export function refuseReplacing(value: unknown): never {
  const cure = value ? 'Write await session.set({ … }).' : 'To sign out, write await session.logout().'
  throw invalidOption(`The session of a request cannot be replaced. ${cure} ${PACKAGES}`)
}

/** How a call looks that needs no argument. */
const WITHOUT_ARGUMENTS: ReadonlyMap<string, string> = new Map([
  ['destroy', 'logout()'],
  ...['logout', 'start', 'touch', 'commit', 'clear'].map((name) => [name, `${name}()`] as const),
])

function kindOf(handle: object): 'session' | 'namespace' {
  return 'logout' in handle ? 'session' : 'namespace'
}

const NAME = /^[\w$]{1,60}$/

function memberOf(key: PropertyKey): string {
  return typeof key === 'string' && NAME.test(key) ? `.${key}` : `[${literal(key)}]`
}

function literal(key: PropertyKey): string {
  const name = String(key)
  return NAME.test(name) ? `'${name}'` : quoted(name)
}
