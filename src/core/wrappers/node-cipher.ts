/**
 * Sealing with Node's own crypto: at once, without a promise.
 *
 * @module
 */

import type { Bytes, NodeCrypto } from '../runtime.ts'
import { NONCE, SALT, TAG, type Cipher, type CipherSuite } from './cipher.ts'

/** The suite of Node, Deno, Bun, and other runtimes with `node:crypto`. */
export function nodeSuite(node: NodeCrypto): CipherSuite {
  return {
    derive(secret) {
      // HKDF in its two steps (RFC 5869 section 2): the first is the same for all records.
      const prk = node.createSecretKey(node.createHmac('sha256', SALT).update(secret).digest())
      return (info) => node.createHmac('sha256', prk).update(`${info}\x01`).digest()
    },
    cipher: (key) => nodeCipher(node, key),
  }
}

function nodeCipher(node: NodeCrypto, bytes: Bytes): Cipher {
  // A third of the time that bytes as the key would take.
  const key = node.createSecretKey(bytes)
  const options = { authTagLength: TAG }
  return {
    encrypt(text, context) {
      const nonce = node.randomBytes(NONCE)
      const cipher = node.createCipheriv('aes-256-gcm', key, nonce, options)
      cipher.setAAD(encoder.encode(context))
      const parts = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]
      return joined(parts)
    },
    decrypt(sealed, context) {
      if (sealed.length < NONCE + TAG) return null
      const decipher = node.createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE), options)
      decipher.setAAD(encoder.encode(context))
      decipher.setAuthTag(sealed.subarray(-TAG))
      const text = decipher.update(sealed.subarray(NONCE, -TAG), undefined, 'utf8')
      try {
        return text + decipher.final('utf8')
      } catch {
        return null
      }
    },
  }
}

function joined(parts: readonly Uint8Array[]): Bytes {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

const encoder = new TextEncoder()
