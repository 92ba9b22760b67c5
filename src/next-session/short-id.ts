/**
 * Ids as next-session makes them.
 *
 * @module
 */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** 21 URL-safe characters with 126 random bits: as long as columns and keys of existing stores expect. */
export function shortId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(21))
  return Array.from(bytes, (byte) => ALPHABET[byte & 63]).join('')
}
