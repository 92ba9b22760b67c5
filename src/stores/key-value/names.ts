/**
 * Under which names the texts of a session lie. They are safe wherever names become paths or
 * patterns, and no longer than express-session's own ids, for which tables are made: base64url,
 * at most 32 characters. Tables with room for 36 are common (connect-session-sequelize).
 *
 * @module
 */

/** Leaves two characters for a suffix. 180 bits of a hash are as good as unique. */
const LENGTH = 30

/** The name of a record. */
export async function nameOf(key: string): Promise<string> {
  return (await digest(key)).slice(0, LENGTH)
}

/** The name of the lease that is kept beside a record. */
export function leaseName(name: string): string {
  return `${name}-l`
}

/** The name of an entry in a list. */
export async function entryName(list: string, key: string): Promise<string> {
  return `${await nameOf(`${list} ${key}`)}-e`
}

async function digest(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}
