/**
 * Sealing with WebCrypto, where there is no `node:crypto`.
 *
 * @module
 */

import type { Bytes } from '../runtime.ts'
import { NONCE, SALT, TAG, type Cipher, type CipherSuite } from './cipher.ts'

/** The suite of every platform with WebCrypto. */
export const webSuite: CipherSuite = {
  derive(secret) {
    const key = crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits'])
    return async (info) => {
      const algorithm = { name: 'HKDF', hash: 'SHA-256', salt: utf8(SALT), info: utf8(info) }
      return new Uint8Array(await crypto.subtle.deriveBits(algorithm, await key, 256))
    }
  },
  async cipher(bytes) {
    const key = await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
    return webCipher(key)
  },
}

function webCipher(key: CryptoKey): Cipher {
  const algorithm = (iv: Bytes, context: string): AesGcmParams => ({
    name: 'AES-GCM',
    iv,
    additionalData: utf8(context),
    tagLength: TAG * 8,
  })
  return {
    async encrypt(text, context) {
      const nonce = crypto.getRandomValues(new Uint8Array(NONCE))
      const sealed = await crypto.subtle.encrypt(algorithm(nonce, context), key, utf8(text))
      const all = new Uint8Array(NONCE + sealed.byteLength)
      all.set(nonce)
      all.set(new Uint8Array(sealed), NONCE)
      return all
    },
    async decrypt(sealed, context) {
      if (sealed.length < NONCE + TAG) return null
      const iv = sealed.subarray(0, NONCE)
      try {
        return decoder.decode(
          await crypto.subtle.decrypt(algorithm(iv, context), key, sealed.subarray(NONCE)),
        )
      } catch {
        return null
      }
    },
  }
}

function utf8(text: string): Bytes {
  return encoder.encode(text)
}

const encoder = new TextEncoder()
// A text may begin with U+FEFF, which is otherwise taken for a mark of the encoding.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
