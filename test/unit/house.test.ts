/** The rooms of the source: which may import which, and how large they may grow. */

import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const files = globSync('src/**/*.{ts,tsx}', { cwd: ROOT }).map((file) => normalize(file))

/**
 * The floors of the core, the highest first: a file imports files of its own room and of lower
 * ones, also for types. A name is a folder of `src/core`, or a file in it.
 */
const FLOORS = [
  'public',
  'server',
  'live',
  'sessions',
  'options',
  'session',
  'adoption',
  'lifecycle',
  'request',
  'users',
  'session-errors',
  'settings',
  'wrappers',
  'browser',
  'schema',
  'record',
]

const OF_STORES = [
  'store',
  'errors',
  'stripped',
  'check-options',
  'runtime',
  'contention',
  'warn',
  'record/byte-size',
  'record/duration',
]
const ADAPTER = ['core/', 'index']

/** What lies around the core, and what of the package each may import besides itself. */
const AROUND: Record<string, readonly string[]> = {
  core: [],
  stores: OF_STORES.map((word) => `core/${word}`),
  index: ['core/', 'stores/sqlite', 'doctor/at-start'],
  next: ADAPTER,
  node: ADAPTER,
  express: ADAPTER,
  fastify: ADAPTER,
  hono: ADAPTER,
  fetch: ADAPTER,
  'next-session': ['core/'],
  adopt: ['core/'],
  connect: ['core/', 'stores/key-value/', 'stores/shared/lifetime-hint'],
  react: ['core/'],
  otel: ['core/'],
  testing: ['core/'],
  // Of stores it knows types alone.
  doctor: ['core/', 'stores/'],
}

/** Files of the core that any room may use. */
const WORDS = [
  'store',
  'errors',
  'quoted',
  'stripped',
  'events',
  'data',
  'end-reason',
  'check-options',
  'foreign-options',
  'contention',
  'runtime',
  'warn',
  'freeze-shared',
  'missing',
  'no-store',
]

const IMPORT = /(?:^(?:import|export)\b[^'";]*?\bfrom |\bimport\()'(\.[^']+)'/gm

function importsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8')
  return [...text.matchAll(IMPORT)].map(([, path = '']) => normalize(join(dirname(file), path)))
}

/** The room of a file of the core. */
function roomOf(file: string): string {
  const [first = ''] = file.slice('src/core/'.length).split('/')
  return first.replace(/\.ts$/, '')
}

const core = files.filter((file) => file.startsWith('src/core/'))
const edges = core.flatMap((from) =>
  importsOf(from)
    .map((to) => ({ from: roomOf(from), to: roomOf(to), text: `${from} → ${to}` }))
    .filter((edge) => edge.from !== edge.to),
)

/** The part of the package that a file belongs to. */
function partOf(file: string): string {
  const [first = ''] = file.slice('src/'.length).split('/')
  return first.replace(/(\.browser)?\.tsx?$/, '')
}

it('lets each part of the package import only what the table says', () => {
  const strange = files.flatMap((from) =>
    importsOf(from)
      .filter((to) => partOf(to) !== partOf(from))
      .filter((to) => !AROUND[partOf(from)]?.some((allowed) => isBelow(to, `src/${allowed}`)))
      .map((to) => `${from} → ${to}`),
  )
  expect(strange).toEqual([])
  expect(Object.keys(AROUND).sort()).toEqual([...new Set(files.map(partOf))].sort())
})

/** Whether a path is below a folder, which ends with a slash, or is that file. */
function isBelow(path: string, allowed: string): boolean {
  return allowed.endsWith('/') ? path.startsWith(allowed) : path === `${allowed}.ts`
}

it('has a floor for every room of the core', () => {
  expect([...new Set(core.map(roomOf))].sort()).toEqual([...FLOORS, ...WORDS].sort())
})

it('imports downwards only, also for types', () => {
  const level = (room: string): number => (WORDS.includes(room) ? FLOORS.length : FLOORS.indexOf(room))
  const upwards = edges.filter(({ from, to }) => !WORDS.includes(to) && level(to) <= level(from))
  expect(upwards.map(({ text }) => text)).toEqual([])
})

it('lets words know only words, and in no circle', () => {
  const known = new Map(WORDS.map((word) => [word, edges.filter(({ from }) => from === word)]))
  const reached = (word: string, path: readonly string[]): string[][] => {
    if (path.includes(word)) return [[...path, word]]
    return (known.get(word) ?? []).flatMap(({ to }) => reached(to, [...path, word]))
  }
  expect(WORDS.flatMap((word) => reached(word, []))).toEqual([])
})

it('has no file above 250 lines', () => {
  const lines = (file: string): number => readFileSync(join(ROOT, file), 'utf8').split('\n').length - 1
  expect(files.filter((file) => lines(file) > 250)).toEqual([])
})

it('has no folder of more than 20 files', () => {
  const sizes = Map.groupBy(files, dirname)
  expect([...sizes].filter(([, inside]) => inside.length > 20).map(([folder]) => folder)).toEqual([])
})

describe('the picture in docs/how-it-works.md', () => {
  const page = readFileSync(join(ROOT, 'docs/how-it-works.md'), 'utf8')
  const picture = /```mermaid\n(.*?)```/s.exec(page)?.[1] ?? ''
  const drawn = [...picture.matchAll(/^ {2}(\w+) --> (\w+)$/gm)].map(([, from, to]) => `${from} --> ${to}`)

  /** What each room imports, but for what it reaches by way of another. */
  function direct(): string[] {
    const rooms = FLOORS.filter((room) => core.some((file) => file.startsWith(`src/core/${room}/`)))
    const below = new Map(
      rooms.map((room) => [
        room,
        new Set(edges.filter(({ from, to }) => from === room && rooms.includes(to)).map(({ to }) => to)),
      ]),
    )
    const reaches = (from: string, to: string): boolean =>
      [...below.get(from)!].some((next) => next === to || reaches(next, to))
    return rooms.flatMap((from) =>
      [...below.get(from)!]
        .filter((to) => ![...below.get(from)!].some((other) => other !== to && reaches(other, to)))
        .map((to) => `${from} --> ${to}`),
    )
  }

  test('shows who imports whom', () => {
    expect(drawn.toSorted()).toEqual(direct().toSorted())
  })

  test('and the page names only files that are there', () => {
    const named = [...page.matchAll(/`((?:core|stores)\/[^`]+\.ts)`/g)].map(([, path]) => `src/${path}`)
    expect(named.length).toBeGreaterThan(10)
    expect(named.filter((path) => !files.includes(path))).toEqual([])
  })
})
