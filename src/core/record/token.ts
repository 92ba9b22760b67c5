/**
 * The three names of a session.
 *
 * - **token**: 32 bytes, base64url. The secret; it exists in the cookie only.
 * - **key**: SHA-256 of the token. What a store sees: a stolen store opens no session.
 * - **id**: derived one-way from the key. Safe to show, log and list; opens nothing.
 *
 * A token has 252 random bits. Once a person has signed in it has 192, and the rest names the list
 * of that person's sessions, so that one round trip reads the record and what the list says of it.
 * Either is more than OWASP ASVS 5.0 V7.2.3 asks for (128), so plain SHA-256 is enough.
 *
 * @module
 */

import { nodeCrypto, type NodeCrypto } from '../runtime.ts'
import type { MaybePromise } from '../store.ts'

/** A token with what is derived from it. */
export class Identity {
  readonly token: string
  readonly key: string
  #id: string | undefined

  constructor(token: string, key: string, id?: string) {
    this.token = token
    this.key = key
    this.#id = id
  }

  /** Derived when first asked for: most requests never do. */
  get id(): string {
    return (this.#id ??= hashNow(`id:${this.key}`)?.slice(0, ID_LENGTH) ?? '')
  }
}

const FORM = /^[\w-]{43}$/
const TOKEN_LENGTH = 43
const ID_LENGTH = 16
/** The characters of a token that are always random. */
const RANDOM_LENGTH = 32
/** The last character of a token tells whether it names a list: it carries but four bits anyway. */
const WITH_LIST = 'E'
const WITHOUT_LIST = 'A'

/**
 * Makes a new token from the platform's cryptographic random source.
 * @param list a name that `listName` made; `null` for a session without a list
 */
export function createToken(list: string | null = null): string {
  return tokenOf(randomText(), list)
}

/** 256 random bits from the same source, as 43 characters. */
export function randomText(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)))
}

/** Makes a token of 43 characters that cannot be guessed. */
export function tokenOf(secret: string, list: string | null): string {
  return list === null ? secret.slice(0, -1) + WITHOUT_LIST : secret.slice(0, RANDOM_LENGTH) + list
}

/** The list that a token names; `null` if it names none. A visitor may have made it up. */
export function listOfToken(token: string): string | null {
  return token.length === TOKEN_LENGTH && token.endsWith(WITH_LIST) ? token.slice(RANDOM_LENGTH) : null
}

/** A name for a list that a token can carry: 60 bits of a hash. */
export async function listName(text: string): Promise<string> {
  return (await digest(text)).slice(0, TOKEN_LENGTH - RANDOM_LENGTH - 1) + WITH_LIST
}

/** Whether a text has the form of a token. Anything else never reaches a store. */
export function isToken(text: string): boolean {
  return FORM.test(text)
}

/** Derives key and id. Synchronous where Node's crypto exists: WebCrypto costs forty times as much. */
export function identify(token: string): MaybePromise<Identity> {
  const key = hashNow(token)
  return key === undefined ? identifyWithWebCrypto(token) : new Identity(token, key)
}

/** Derives the public id of a key that came out of a store. */
export async function idOfKey(key: string): Promise<string> {
  return (await digest(`id:${key}`)).slice(0, ID_LENGTH)
}

/** SHA-256 of a text, base64url. */
export function digest(text: string): MaybePromise<string> {
  return hashNow(text) ?? digestWithWebCrypto(text)
}

let hash: NodeCrypto['hash'] | undefined

/** The same at once; `undefined` where there is no `node:crypto`. */
function hashNow(text: string): string | undefined {
  hash ??= nodeCrypto()?.hash
  return hash?.('sha256', text, 'base64url')
}

async function identifyWithWebCrypto(token: string): Promise<Identity> {
  const key = await digestWithWebCrypto(token)
  return new Identity(token, key, await idOfKey(key))
}

async function digestWithWebCrypto(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return base64url(new Uint8Array(bytes))
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}
