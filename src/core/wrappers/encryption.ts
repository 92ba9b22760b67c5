/**
 * The option `encryption`.
 *
 * @module
 */

import { fromBase64url, type Bytes } from '../runtime.ts'
import { invalidOption } from '../errors.ts'
import { checkNames, isObject } from '../check-options.ts'
import { Sealer } from './sealer.ts'

/** Encryption of what the store keeps. */
export interface EncryptionOptions {
  /**
   * One or more keys, each at least 32 random bytes as base64, base64url or hex: `openssl rand -base64 32`.
   * The first encrypts, all decrypt. What none of them decrypts is no session.
   */
  keys: readonly string[]
}

const MIN_BYTES = 32

/**
 * Checks the option and makes of it what seals records.
 * @throws `ERR_OPTION_INVALID`
 */
export function resolveEncryption(options: EncryptionOptions | undefined, app: string): Sealer | null {
  if (options === undefined) return null
  const given: unknown = options
  if (!isObject(given)) throw invalidOption('encryption: expected { keys: […] }.')
  checkNames(given, ['keys'], 'encryption.')
  const { keys } = given as { keys?: unknown }
  if (!Array.isArray(keys) || keys.length === 0)
    throw invalidOption('encryption.keys: expected a list of keys; the first encrypts, all decrypt.')
  const decoded = keys.map((key: unknown, at) => keyOf(key, `encryption.keys[${at}]`))
  const texts = decoded.map((bytes) => bytes.join())
  const again = texts.findIndex((text, at) => texts.indexOf(text) < at)
  if (again !== -1)
    throw invalidOption(`encryption.keys[${again}]: is in the list already. List each key once.`)
  return new Sealer(app, decoded)
}

function keyOf(key: unknown, option: string): Bytes {
  const text = typeof key === 'string' ? key.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_') : ''
  const bytes = fromBase64url(text)
  if (bytes !== null && bytes.length >= MIN_BYTES) return bytes
  throw invalidOption(
    `${option}: expected at least 32 random bytes as base64, base64url or hex. Make a key with: openssl rand -base64 32`,
  )
}
