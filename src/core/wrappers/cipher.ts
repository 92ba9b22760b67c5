/**
 * The cryptography that sealing needs, however a platform offers it.
 *
 * @module
 */

import type { Bytes } from '../runtime.ts'
import type { MaybePromise } from '../store.ts'

/** AES-256-GCM under one key (NIST SP 800-38D). */
export interface Cipher {
  /** Answers nonce, ciphertext and tag in one. `context` is authenticated and not contained. */
  encrypt(text: string, context: string): MaybePromise<Bytes>
  /** The text, or `null` unless it was encrypted under this key in this very context. */
  decrypt(sealed: Bytes, context: string): MaybePromise<string | null>
}

/** Makes 32 bytes for each text, by HKDF-SHA-256 (RFC 5869) from one secret. */
export type Derive = (info: string) => MaybePromise<Bytes>

/** What a platform brings. What one encrypts, the other decrypts. */
export interface CipherSuite {
  derive(secret: Bytes): Derive
  /** @param key 32 bytes */
  cipher(key: Bytes): MaybePromise<Cipher>
}

/** The salt of all derivations: it keeps our keys apart from others made of the same secret. */
export const SALT = 'sojourn sealed records'
/** Bytes of a nonce, random for each encryption. */
export const NONCE = 12
/** Bytes of a tag. */
export const TAG = 16
