import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { decodeValue, encodeValue } from '../../src/core/record/values.ts'
import { fieldName, parseField } from '../../src/core/record/field-name.ts'
import { decodeMeta, encodeMeta } from '../../src/core/record/meta.ts'
import { Sealer } from '../../src/core/wrappers/sealer.ts'
import { isAlive } from '../../src/core/store.ts'
import { pack, unpack } from '../../src/stores/sqlite/packed-record.ts'
import { readHash } from '../../src/stores/redis/records/hash.ts'
import { UnreadableReply } from '../../src/stores/redis/replies.ts'
import { entriesOf, scoredMembersOf } from '../../src/stores/redis/lists/list-members.ts'
import { holds, holdsLater, INPUTS, isTyped, SEED } from '../support/fuzz.ts'
import { mutator } from '../support/mutator.ts'
import { seeded } from '../support/seeded.ts'

const META = encodeMeta(
  {
    createdAt: 1,
    absoluteAt: 2 ** 41,
    idle: 86_400_000,
    persist: true,
    userId: 'ann',
    authenticatedAt: 5,
    device: 'phone',
  },
  'app',
)
const VALUES = [
  'text',
  42,
  -7.5,
  null,
  { a: [1, { b: 'x' }], __proto__: null },
  [new Date(0), undefined, Number.NaN, -0, 2n ** 70n],
  new Map<unknown, unknown>([
    ['a', new Set([1, 'b'])],
    [{ k: 1 }, /x/gu],
  ]),
  new Uint8Array([0, 255]),
  'a\ud800b',
].map((value) => encodeValue(value, 'k'))
const RECORD = pack(META, new Map(VALUES.map((text, i) => [`field${i}`, text])))

describe(`${INPUTS} inputs (FUZZ_SEED=${SEED}) break no rule`, { timeout: 60_000 }, () => {
  test('in a stored value, and what is read can be stored again', () => {
    const kept = holds(
      mutator(SEED, VALUES, ['["Date"', '["Map"', '["Object",', '"__proto__":', ',-1', '[[']),
      (text) => {
        const value = decodeValue(text)
        return isTyped('ERR_VALUE_UNSUPPORTED', () =>
          isDeepStrictEqual(decodeValue(encodeValue(value, 'k')), value),
        )
      },
    )
    expect(kept).toBe(INPUTS)
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  test('in the name of a field', () => {
    const corpus = [
      'theme',
      'cart/items',
      '%0040',
      '%005f_proto__',
      'a%002fb/c%0025',
      '%version',
      '%flash/note/0abc',
      '😀/%ud800',
    ]
    const kept = holds(mutator(SEED, corpus, ['%0', '%002f', '//']), (name) => {
      const { namespace, key } = parseField(name)
      const own = fieldName(namespace, key)
      return (
        own.isWellFormed() && !/^[@!]/.test(own) && isDeepStrictEqual(parseField(own), { namespace, key })
      )
    })
    expect(kept).toBe(INPUTS)
  })

  test('in two names: no two pairs meet in one field', () => {
    const next = mutator(SEED, ['', 'theme', 'cart', '/', '%', '@', '!', '%002f', '__proto__', '_', 'a/b'])
    const owners = new Map<string, string>()
    const kept = holds(
      () => [next().slice(0, 9), next().slice(0, 9)] as const,
      ([namespace, key]) => {
        const [name, owner] = [fieldName(namespace, key), JSON.stringify([namespace, key])]
        const known = owners.get(name) ?? owner
        owners.set(name, owner)
        return known === owner
      },
    )
    expect(kept).toBe(INPUTS)
    expect(owners.size).toBeGreaterThan(1000)
  })

  test('in meta, of which only what has its form is believed', () => {
    const bare = encodeMeta({ createdAt: 1, absoluteAt: 2, idle: 3, persist: false }, 'app')
    const kept = holds(
      mutator(SEED, [META, bare], ['"v":1', '"app":"app"', '"userId":', ',"', '1700000000000']),
      (text) => {
        const meta = decodeMeta(text, 'app')
        if (meta === null) return true
        const times = [meta.createdAt, meta.absoluteAt, meta.idle, meta.authenticatedAt ?? 1]
        const isPerson = (typeof meta.userId === 'string') === (meta.authenticatedAt !== undefined)
        return (
          isPerson &&
          times.every((time) => Number.isSafeInteger(time) && time > 0) &&
          isDeepStrictEqual(decodeMeta(encodeMeta(meta, 'app'), 'app'), meta)
        )
      },
    )
    expect(kept).toBe(INPUTS)
  })

  test('in a sealed value, of which no other is opened', async () => {
    const keys = [1, 2].map((byte) => new Uint8Array(32).fill(byte))
    const record = new Sealer('app', keys).forRecord('k')
    const sealed = await Promise.all(['', 'text', 'x'.repeat(200)].map((text) => record.seal('f', text)))
    const foreign = await new Sealer('app', keys).forRecord('other').seal('f', 'x')
    const next = mutator(SEED, [...sealed, foreign], ['e1.', sealed[0]!.slice(0, 12)])
    await holdsLater(
      next,
      async (text) => ((await record.unseal('f', text)) !== null) === sealed.includes(text),
    )
    expect(await record.unseal('f', sealed[1]!)).toBe('text')
  })

  test('in a row of SQLite, of which only what adds up is read', () => {
    const corpus = [
      RECORD,
      pack('', new Map()),
      pack(
        'm',
        new Map([
          ['a', '1'],
          ['b\0~', '\0~0~1'],
        ]),
      ),
    ]
    let read = 0
    const kept = holds(
      mutator(SEED, corpus, ['0000', '0001', 'oooo', ' ', '~', '~0', '~1', 'p', '/']),
      (text) => {
        const record = unpack(text)
        if (record === null) return true
        read++
        const [again, length] = [
          unpack(pack(record.meta, record.fields)),
          [record.meta, ...[...record.fields].flat()].join('').length,
        ]
        return isDeepStrictEqual(again, record) && length <= text.length
      },
    )
    expect(kept).toBe(INPUTS)
    expect(read).toBeGreaterThan(1000)
  })

  test('in a hash of Redis, whatever form the client gives it', () => {
    const word = mutator(SEED, ['@', '!', 'theme', META, 'logout', '42', '$x', '-1', '-2', '3600000'])
    const random = seeded(SEED)
    const inputs = (): [string, string[][]] => [
      word(),
      Array.from({ length: random() * 4 }, () => [word(), word()]),
    ]
    const kept = holds(inputs, ([left, pairs]) => {
      const forms = [pairs.flat(), new Map(pairs as [string, string][]), Object.fromEntries(pairs) as unknown]
      const answers = forms.map((form) => {
        try {
          return readHash(left, form, 1_700_000_000_000)
        } catch (error) {
          return error instanceof UnreadableReply ? 'unreadable' : null
        }
      })
      // Maps, since an object has an order of its own.
      const same = answers.every((answer) => isDeepStrictEqual(answer, answers[0]))
      const [answer = null] = answers
      return (
        same &&
        (typeof answer !== 'object' || !isAlive(answer) || (answer.expiresIn > 0 && !answer.fields.has('@')))
      )
    })
    expect(kept).toBe(INPUTS)
  })

  test('in a list of Redis, of which only whole entries that have not passed come out', () => {
    const now = 1_700_000_000_000
    const good = scoredMembersOf({ key: 'k', createdAt: now, until: now + 1000 })
    const word = mutator(
      SEED,
      ['!', ...good.map(String)],
      ['inf', '-inf', '0', '1', '2', '3', '1e300', 'nan'],
    )
    const random = seeded(SEED)
    const inputs = (): unknown[] => {
      const all = Array.from(
        { length: random() * 9 },
        () => [word(), random() < 0.5 ? word() : random() * 2 ** 53] as const,
      )
      const form = Math.floor(random() * 3)
      if (form === 0) return all.flat().map((part, i) => (i % 2 === 0 ? String(part) : part))
      return form === 1
        ? all.map(([value, score]) => [value, score])
        : all.map(([value, score]) => ({ value, score }))
    }
    // What Redis does not send is an error.
    const read = (reply: unknown): ReturnType<typeof entriesOf> | null => {
      try {
        return entriesOf(reply, now)
      } catch (error) {
        if (error instanceof UnreadableReply) return null
        throw error
      }
    }
    const kept = holds(inputs, (reply) => {
      const entries = read(reply)
      if (entries === null) return true
      const times = entries.map(({ createdAt }) => createdAt)
      return (
        entries.every(({ until }) => until > now && Number.isFinite(until)) &&
        isDeepStrictEqual(
          times,
          times.toSorted((a, b) => a - b),
        )
      )
    })
    expect(kept).toBe(INPUTS)
    // ZADD takes the score first, ZRANGE gives it last.
    const reply = good.toReversed()
    expect(entriesOf(reply, now)).toEqual([{ key: 'k', createdAt: now, until: now + 1000 }])
  })
})
