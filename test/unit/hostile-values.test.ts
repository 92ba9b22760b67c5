import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { decodeValue, encodeValue } from '../../src/core/record/values.ts'
import type { SessionOptions } from '../../src/core/options.ts'
import { Sessions } from '../../src/core/sessions.ts'
import { identify } from '../../src/core/record/token.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { Browser } from '../support/browser.ts'
import { runs } from '../support/runs.ts'

function fails(): never {
  throw new Error('secret')
}

function nested(levels: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = wrap(value)
  return value
}

const revoked = Proxy.revocable({}, {})
revoked.revoke()
const revokedList = Proxy.revocable([], {})
revokedList.revoke()

/** Answers with something else each time it is asked. */
function fickle(...answers: unknown[]): object {
  let asked = 0
  return Object.defineProperty({}, 'x', {
    enumerable: true,
    get: () => answers[Math.min(asked++, answers.length - 1)],
  })
}

const cycle: Record<string, unknown> = {}
cycle['self'] = cycle

const HOSTILE: [string, () => unknown][] = [
  ['a getter that throws', () => Object.defineProperty({}, 'x', { enumerable: true, get: fails })],
  [
    'a getter that throws deep inside',
    () => ({
      a: [
        {
          get b() {
            return fails()
          },
        },
      ],
    }),
  ],
  [
    'a getter that throws beside a Date',
    () => ({
      at: new Date(),
      get b() {
        return fails()
      },
    }),
  ],
  [
    'a getter that throws no error',
    () => ({
      get b() {
        throw null
      },
    }),
  ],
  ['a getter that becomes a cycle', () => fickle(1, cycle)],
  [
    'a getter that becomes 100,000 levels',
    () =>
      fickle(
        1,
        nested(100_000, (inner) => [inner]),
      ),
  ],
  ['a getter that becomes a function', () => fickle(new Date(), new Date(), fails)],
  ['toJSON that throws', () => ({ toJSON: fails })],
  ['toJSON of a Date that throws', () => Object.assign(new Date(), { toISOString: fails })],
  [
    'a Map that throws',
    () => Object.assign(new Map([[1, 2]]), { [Symbol.iterator]: fails, entries: fails, values: fails }),
  ],
  ['a revoked proxy', () => revoked.proxy],
  ['a revoked proxy of a list', () => ({ a: revokedList.proxy })],
  ...['getPrototypeOf', 'ownKeys', 'get', 'has', 'getOwnPropertyDescriptor'].map(
    (trap): [string, () => unknown] => [
      `a proxy whose ${trap} throws`,
      () => new Proxy({ a: new Date() }, { [trap]: fails }),
    ],
  ),
  ['a function', () => fails],
  ['100,000 lists', () => nested(100_000, (inner) => [inner])],
  ['100,000 objects', () => nested(100_000, (inner) => ({ inner }))],
  ['100,000 Maps by value', () => nested(100_000, (inner) => new Map([[1, inner]]))],
  ['100,000 Maps by key', () => nested(100_000, (inner) => new Map([[inner, 1]]))],
  ['100,000 Sets', () => nested(100_000, (inner) => new Set([inner]))],
  [
    '100,000 objects without a prototype',
    () => nested(100_000, (inner) => Object.assign(Object.create(null), { inner }) as object),
  ],
]

describe(
  'a hostile value is refused with the key, and what it threw is not told',
  { timeout: 30_000 },
  () => {
    test.each(HOSTILE)('%s', async (_, make) => {
      const browser = new Browser(new Sessions({}, memoryStore()))
      await browser.visit((session) => session.login('ann', { data: { basket: 'old' } }))
      await browser.visit(async (session) => {
        const refused = {
          code: 'ERR_VALUE_UNSUPPORTED',
          message: expect.stringMatching(/^The value of "basket"/) as string,
        }
        const writes = [
          () => session.set('basket', make()),
          () => session.set({ other: 1, basket: make() }),
          () => session.update('basket', () => ({ inner: make() })),
          () => session.namespace('n').append('basket', make()),
          () => session.flash('basket', make()),
          () => session.login('bob', { data: { basket: make() } }),
        ]
        for (const write of writes) {
          const error: unknown = await write().catch((thrown: unknown) => thrown)
          expect(error).toMatchObject(refused)
          expect(String(error)).not.toContain('secret')
        }
        expect([session.userId, session.getAll()]).toEqual(['ann', { basket: 'old' }])
      })
      expect(await browser.visit((session) => [session.userId, session.getAll()])).toEqual([
        'ann',
        { basket: 'old' },
      ])
    })
  },
)

test('toJSON of a list is never asked', () => {
  class Basket extends Array<unknown> {
    toJSON = fails
  }
  for (const list of [Object.assign([1], { toJSON: fails }), Basket.of(1)])
    expect(decodeValue(encodeValue(list, 'k'))).toEqual([1])
})

test('a proxy that behaves is stored as what it shows', () => {
  const target = { list: [1, { a: null }], n: 2 }
  expect(decodeValue(encodeValue(new Proxy(target, {}), 'k'))).toEqual(target)
})

test('a list that is almost empty costs no more than what it holds', () => {
  const sparse: unknown[] = []
  sparse[4_294_967_294 - 1] = 'last'
  const text = encodeValue(sparse, 'k')
  expect(text.length).toBeLessThan(100)
  expect((decodeValue(text) as unknown[]).length).toBe(sparse.length)
})

test('whatever is accepted can be read, in whatever order it hangs together', () => {
  // Objects that hold each other, where a walk in one order goes deep and in another does not.
  const links = fc.array(fc.tuple(fc.nat(999), fc.nat(999), fc.nat(3)), { maxLength: 400 })
  fc.assert(
    fc.property(links, fc.boolean(), (pairs, chained) => {
      const nodes: unknown[] = Array.from({ length: 1000 }, (_, i) => [new Map(), new Set(), [], {}][i % 4])
      const link = (from: unknown, to: unknown, key: unknown): void => {
        if (from instanceof Map) from.set(key, to)
        else if (from instanceof Set) from.add(to)
        else if (Array.isArray(from)) from.push(to)
        else (from as Record<string, unknown>)[String(from)] = to
      }
      for (const [from, to] of pairs) link(nodes[from], nodes[to], nodes[(from * 7) % 1000])
      if (chained) for (let i = 999; i > 0; i--) link(nodes[i - 1], nodes[i], nodes[(i + 500) % 1000])
      let text: string
      try {
        text = encodeValue(nodes[0], 'k')
      } catch (error) {
        return (error as { code?: string }).code === 'ERR_VALUE_UNSUPPORTED'
      }
      return decodeValue(text) !== undefined
    }),
    { numRuns: runs(300) },
  )
})

test('a Map whose keys hide how deep its values are is refused, or can be read', () => {
  const chain = Array.from({ length: 5000 }, () => ({ next: null as unknown }))
  for (const [i, node] of chain.entries()) node.next = chain[i + 1] ?? null
  const hiding = new Map<unknown, unknown>([
    [new Date(), chain[0]],
    ...chain.toReversed().map((node) => [node, 1] as const),
  ])
  expect(() => encodeValue(hiding, 'k')).toThrow(/over 64 levels/)
})

describe('stored past sojourn', () => {
  const lifetime = { idle: 86_400_000, absoluteAt: Date.now() + 2_592_000_000 }

  async function holding(
    options: SessionOptions,
    field: [string, string],
  ): Promise<{ browser: Browser; events: unknown[] }> {
    const [memory, events] = [memoryStore(), [] as unknown[]]
    const browser = new Browser(new Sessions({ ...options, onEvent: (event) => events.push(event) }, memory))
    await browser.visit((session) => session.login('ann', { data: { a: 1 } }))
    memory.update((await identify(browser.token)).key, { set: new Map([field]) }, lifetime)
    events.length = 0
    return { browser, events }
  }

  test('data too deep to be stored again is not shown under a schema, and keeps nobody out', async () => {
    const schema = z.looseObject({ a: z.number().optional() })
    const { browser, events } = await holding({ schema }, [
      'deep',
      `:${'['.repeat(10_000)}${']'.repeat(10_000)}`,
    ])
    expect(await browser.visit((session) => [session.userId, session.getAll()])).toEqual(['ann', {}])
    expect(events).toMatchObject([{ type: 'unreadable', what: 'data' }])
    await browser.visit((session) => session.set('a', 2))
    expect(await browser.visit((session) => session.getAll())).toEqual({ a: 2 })
    await browser.visit((session) => session.login('ann'))
    await browser.visit((session) => session.logout())
    expect(browser.token).toBe('')
  })

  test('a message that is damaged is none, is told, and is removed', async () => {
    const { browser, events } = await holding({}, ['%flash/note/1', 'damaged'])
    expect(await browser.visit((session) => session.readFlash('note'))).toBeUndefined()
    expect(events).toMatchObject([{ type: 'unreadable', what: 'field' }])
    events.length = 0
    expect(await browser.visit((session) => [session.readFlash('note'), session.getAll()])).toEqual([
      undefined,
      { a: 1 },
    ])
    expect(events).toEqual([])
  })
})

test('an object in the place of a key names no other keys', async () => {
  const browser = new Browser(new Sessions({}, memoryStore()))
  await browser.visit(async (session) => {
    for (const key of [{ role: 'admin' }, ['role'], null, undefined, 7]) {
      const write = session.set(key as never, 'x' as never)
      await expect(write).rejects.toMatchObject({ code: 'ERR_OPTION_INVALID' })
    }
    for (const values of [null, undefined, 7, ['admin']]) {
      await expect(session.set(values as never)).rejects.toMatchObject({ code: 'ERR_OPTION_INVALID' })
    }
    const trap = Object.defineProperty({}, 'a', {
      enumerable: true,
      get() {
        throw new Error('trap')
      },
    })
    await expect(session.set(trap)).rejects.toThrow('trap')
    expect(session.getAll()).toEqual({})
  })
  expect(browser.token).toBe('')
})
