/**
 * Encryption of what a store keeps: the meta and every field, each by itself, so that
 * fields can still be changed one by one.
 *
 * A sealed text is `e1.<key id>.<nonce, ciphertext and tag>`. Each record has a key of its
 * own, derived from the master key and the record's key; what is encrypted is bound to
 * the format, the application, the record and the field. So a text that was moved, altered
 * or never sealed is refused, and there is no other way to read one (CVE-2026-39324).
 *
 * @module
 */

import { type Bytes, fromBase64url, nodeCrypto, toBase64url } from '../runtime.ts'
import type { Cipher, CipherSuite, Derive } from './cipher.ts'
import { nodeSuite } from './node-cipher.ts'
import type { MaybePromise } from '../store.ts'
import { webSuite } from './web-cipher.ts'

/** Seals and unseals the texts of one record. `name` is that of a field, `null` for the meta. */
export interface RecordSealer {
  seal(name: string | null, text: string): Promise<string>
  /** `null` for what was not sealed for this record and field with a key of the ring. */
  unseal(name: string | null, sealed: string): Promise<string | null>
}

interface Master {
  id: string
  derive: Derive
}

const FORM = /^e1\.([\w-]{8})\.([\w-]+)$/
const ID_BYTES = 6

/** A ring of master keys: the first seals, each unseals what it sealed. */
export class Sealer {
  readonly #app: string
  readonly #suite: CipherSuite
  readonly #masters: MaybePromise<Master>[]

  /**
   * @param keys at least one, of at least 32 bytes
   * @param suite default: Node's crypto if there is one, WebCrypto otherwise
   */
  constructor(app: string, keys: readonly Bytes[], suite: CipherSuite = fastestSuite()) {
    this.#app = app
    this.#suite = suite
    this.#masters = keys.map((key) => masterOf(suite.derive(key)))
  }

  /** What seals the record under this key. */
  forRecord(key: string): RecordSealer {
    const ciphers = new Map<string, MaybePromise<Cipher>>()
    // Ends itself, as JSON does; so it and the name after it cannot be mistaken for another pair.
    const record = JSON.stringify(['e1', this.#app, key])
    const context = (name: string | null): string => record + JSON.stringify(name)

    const cipherOf = (master: Master): MaybePromise<Cipher> => {
      let cipher = ciphers.get(master.id)
      if (cipher === undefined) ciphers.set(master.id, (cipher = this.#cipher(master, key)))
      return cipher
    }

    return {
      seal: async (name, text) => {
        const [first] = this.#masters
        if (first === undefined) throw new TypeError('There is no key to seal with.')
        const master = await first
        const cipher = await cipherOf(master)
        return `e1.${master.id}.${toBase64url(await cipher.encrypt(text, context(name)))}`
      },
      unseal: async (name, sealed) => {
        const [, id = '', payload = ''] = FORM.exec(sealed) ?? []
        const bytes = fromBase64url(payload)
        const master = await this.#masterWith(id)
        if (bytes === null || master === null) return null
        const cipher = await cipherOf(master)
        return cipher.decrypt(bytes, context(name))
      },
    }
  }

  #cipher({ derive }: Master, key: string): MaybePromise<Cipher> {
    const derived = derive(`record ${key}`)
    return derived instanceof Promise
      ? derived.then((bytes) => this.#suite.cipher(bytes))
      : this.#suite.cipher(derived)
  }

  async #masterWith(id: string): Promise<Master | null> {
    for (const one of this.#masters) {
      const master = await one
      if (master.id === id) return master
    }
    return null
  }
}

function fastestSuite(): CipherSuite {
  const node = nodeCrypto()
  return node === undefined ? webSuite : nodeSuite(node)
}

/** The id says which key of the ring it was, and nothing of the key. */
function masterOf(derive: Derive): MaybePromise<Master> {
  const bytes = derive('id')
  const named = (all: Bytes): Master => ({ id: toBase64url(all.subarray(0, ID_BYTES)), derive })
  return bytes instanceof Promise ? bytes.then(named) : named(bytes)
}
