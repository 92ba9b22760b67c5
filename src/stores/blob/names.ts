/**
 * Under which names the texts of a session lie. They are safe wherever names become paths or
 * patterns: base64url of one length.
 *
 * @module
 */

/** What a key is when the core made it. */
const DIGEST = /^[\w-]{43}$/

/** The name of a record. Keys of other lengths than the core's are hashed. */
export function nameOf(key: string): Promise<string> | string {
  return DIGEST.test(key) ? key : digest(key)
}

/** The name of what is kept beside a record. */
export function leaseName(name: string): string {
  return `${name}-lease`
}

/** The name of an entry in a list. */
export async function entryName(list: string, key: string): Promise<string> {
  return `${await digest(`${list} ${key}`)}-entry`
}

async function digest(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}
