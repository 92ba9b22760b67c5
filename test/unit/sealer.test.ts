import { hkdfSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromBase64url, nodeCrypto, toBase64url } from '../../src/core/runtime.ts'
import type { CipherSuite } from '../../src/core/wrappers/cipher.ts'
import { nodeSuite } from '../../src/core/wrappers/node-cipher.ts'
import { Sealer } from '../../src/core/wrappers/sealer.ts'
import { webSuite } from '../../src/core/wrappers/web-cipher.ts'
import { anyText } from '../support/any-text.ts'
import { runs } from '../support/runs.ts'

const SUITES: Record<string, CipherSuite> = { node: nodeSuite(nodeCrypto()!), WebCrypto: webSuite }
const PAIRS = Object.keys(SUITES).flatMap((from) => Object.keys(SUITES).map((to) => [from, to] as const))
const KEYS = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte))

function sealer(suite: string, keys = KEYS.slice(0, 1), app = 'app'): Sealer {
  return new Sealer(app, keys, SUITES[suite])
}

const texts = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('', '\uFEFFa', '\0', '42'),
)
const names = fc.oneof(fc.constant(null), fc.string({ unit: 'grapheme', maxLength: 20 }))

describe.each(PAIRS)('sealed by %s, unsealed by %s', (from, to) => {
  test('any text under any name comes back', async () => {
    await fc.assert(
      fc.asyncProperty(names, texts, fc.string(), async (name, text, key) => {
        const sealed = await sealer(from).forRecord(key).seal(name, text)
        expect(await sealer(to).forRecord(key).unseal(name, sealed)).toBe(text)
      }),
    )
  })

  test('a text of a mebibyte comes back', async () => {
    const text = 'ab€'.repeat(350_000)
    const sealed = await sealer(from).forRecord('k').seal('f', text)
    expect((await sealer(to).forRecord('k').unseal('f', sealed)) === text).toBe(true)
  })

  test('no text that differs in one character or bit comes back as anything', async () => {
    const sealed = await sealer(from).forRecord('k').seal('f', 'the marker')
    const record = sealer(to).forRecord('k')
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.'
    const changed = Array.from(sealed, (own, at) => {
      const bits = [1, 2, 4, 8, 16, 32, 64].map((bit) => String.fromCharCode(own.charCodeAt(0) ^ bit))
      const others = [...bits, alphabet[at % 65]!, '=', '+', '/', ' ', '\n', ''].filter(
        (other) => other !== own,
      )
      return others.map((other) => sealed.slice(0, at) + other + sealed.slice(at + 1))
    }).flat()
    for (const text of changed) expect(await record.unseal('f', text)).toBeNull()
    expect(changed.length).toBeGreaterThan(sealed.length * 12)
  })

  test('no cut, grown or invented text comes back as anything', async () => {
    const sealed = await sealer(from).forRecord('k').seal('f', 'the marker')
    const record = sealer(to).forRecord('k')
    const id = sealed.slice(0, 12)
    const others = fc.oneof(
      fc.nat(sealed.length - 1).map((length) => sealed.slice(0, length)),
      fc.string({ minLength: 1 }).map((more) => sealed + more),
      fc.uint8Array({ maxLength: 80 }).map((bytes) => id + toBase64url(bytes)),
      fc.string().map((text) => id + text),
      anyText(),
      fc.constantFrom('', '42', '$text', ':{"a":1}', 'the marker', 'null', '{"v":1,"app":"app"}'),
    )
    await fc.assert(
      fc.asyncProperty(others, async (other) => {
        expect(await record.unseal('f', other)).toBeNull()
      }),
      { numRuns: runs(500) },
    )
  })

  test('a text is refused in another record, field and application, and as meta', async () => {
    const one = sealer(from)
    const sealed = await one.forRecord('k').seal('f', 'the marker')
    const other = sealer(to)
    expect(await other.forRecord('k').unseal('f', sealed)).toBe('the marker')
    expect(await other.forRecord('k2').unseal('f', sealed)).toBeNull()
    expect(await other.forRecord('k').unseal('g', sealed)).toBeNull()
    expect(await other.forRecord('k').unseal(null, sealed)).toBeNull()
    expect(await other.forRecord('k').unseal('null', await one.forRecord('k').seal(null, 'm'))).toBeNull()
    expect(await sealer(to, KEYS.slice(0, 1), 'other').forRecord('k').unseal('f', sealed)).toBeNull()
  })

  test('no two places are the same, whatever their parts hold', async () => {
    const part = fc.oneof(
      fc.string({ maxLength: 4 }),
      fc.constantFrom('","', '"]', '[', '\\', 'null', '\uD800'),
    )
    const place = fc.tuple(part, part, fc.option(part))
    await fc.assert(
      fc.asyncProperty(place, place, async ([app, key, name], [app2, key2, name2]) => {
        const sealed = await sealer(from, KEYS, app).forRecord(key).seal(name, 'x')
        const text = await sealer(to, KEYS, app2).forRecord(key2).unseal(name2, sealed)
        expect(text).toBe(app === app2 && key === key2 && name === name2 ? 'x' : null)
      }),
      { numRuns: runs(300) },
    )
  })

  test('the first key seals, each unseals, and an unknown one does not', async () => {
    const [a, b, c] = KEYS as [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>]
    const sealed = await sealer(from, [a, b]).forRecord('k').seal('f', 'x')
    expect(await sealer(to, [b, a]).forRecord('k').unseal('f', sealed)).toBe('x')
    expect(await sealer(to, [c, b]).forRecord('k').unseal('f', sealed)).toBeNull()
    // A key that says it is the other one.
    const [idOfC] = /^e1\.[^.]+/.exec(await sealer(from, [c]).forRecord('k').seal('f', 'x'))!
    expect(
      await sealer(to, [c])
        .forRecord('k')
        .unseal('f', sealed.replace(/^e1\.[^.]+/, idOfC)),
    ).toBeNull()
  })

  test('the derived keys are those of RFC 5869', async () => {
    const secret = Uint8Array.from({ length: 40 }, (_, i) => i)
    const expected = hkdfSync('sha256', secret, 'sojourn sealed records', 'record k', 32)
    for (const suite of [from, to]) {
      const derived = await SUITES[suite]!.derive(secret)('record k')
      expect(toBase64url(derived)).toBe(Buffer.from(expected).toString('base64url'))
    }
  })
})

test.each(Object.keys(SUITES))('%s reads what version 0.1.0 wrote', async (suite) => {
  const sealed = 'e1.cjtUQ3_P.KQbK60728kDEwRq8fFTs629-zyPh53KwSBFD2l2RYt0ucq7ml65eV-i84UI'
  expect(await sealer(suite).forRecord('k').unseal('f', sealed)).toBe('written by 0.1.0')
})

test.each(Object.keys(SUITES))('%s never seals twice alike', async (suite) => {
  const record = sealer(suite).forRecord('k')
  const sealed = await Promise.all(Array.from({ length: 1000 }, () => record.seal('f', 'x')))
  const nonces = sealed.map((text) => text.slice(12, 28))
  expect(new Set(nonces).size).toBe(1000)
  expect(sealed.every((text) => /^e1\.[\w-]{8}\.[\w-]{39}$/.test(text))).toBe(true)
})

test('a text in base64url has one form only', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.base64String(), fc.stringMatching(/^[\w-]{0,9}$/)), (text) => {
      const bytes = fromBase64url(text)
      return bytes === null || toBase64url(bytes) === text
    }),
  )
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(fromBase64url(toBase64url(bytes))?.join()).toBe(bytes.join())
    }),
  )
})
