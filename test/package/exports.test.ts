/**
 * What the published package promises about its entries: which there are, what each
 * may load, and which condition comes first. Looks at dist, so build first.
 */

import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { importsBelow } from './import-graph.ts'

const ROOT = join(import.meta.dirname, '../..')

/** Each entry, and every module outside the package that its code or its types may reach. */
const ENTRIES: Record<string, string[]> = {
  '.': [],
  './next': ['next/cache.js', 'next/headers.js', 'next/server.js'],
  './next-session': [],
  './next-session/lib/compat': [],
  './adopt': [],
  './node': [],
  './express': [],
  './fastify': [],
  './hono': [],
  './fetch': [],
  './react': ['react'],
  './otel': ['@opentelemetry/api'],
  './doctor': [],
  './testing': ['node:assert/strict', 'node:crypto', 'node:timers/promises'],
  './stores/memory': [],
  './stores/sqlite': [],
  // Loaded for those who pass a client of it.
  './stores/redis': ['@valkey/valkey-glide'],
  './stores/upstash': [],
  './stores/unstorage': [],
  './stores/keyv': [],
  './connect': ['node:events'],
}

/** Entries that have the path of what they stand in for, and not that of their file. */
const BORROWED = ['./next-session/lib/compat']

/** Next sets `browser` on its edge runtime too, so the guard against browsers comes after the servers. */
const CONDITIONS = ['types', 'react-server', 'edge-light', 'workerd', 'node', 'browser', 'default']

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  exports: Record<string, Record<string, string>>
  dependencies?: Record<string, string>
  peerDependencies: Record<string, string>
  peerDependenciesMeta: Record<string, { optional?: boolean }>
}
const { './package.json': _manifest, ...entries } = manifest.exports

it('exports exactly the entries of the table', () => {
  expect(Object.keys(entries).sort()).toEqual(Object.keys(ENTRIES).sort())
})

it('has one entry of the same name for every file directly in src and src/stores', () => {
  const names = ['', 'stores/'].flatMap((folder) =>
    readdirSync(join(ROOT, 'src', folder))
      .filter((file) => /^[^.]+\.tsx?$/.test(file))
      .map((file) => `./${folder}${file.replace(/\.tsx?$/, '')}`),
  )
  const own = Object.keys(ENTRIES).filter((name) => !BORROWED.includes(name))
  expect(names.map((name) => (name === './index' ? '.' : name)).sort()).toEqual(own.sort())
})

it('installs nothing', () => {
  expect(manifest.dependencies).toBeUndefined()
  for (const peer of Object.keys(manifest.peerDependencies)) {
    expect(manifest.peerDependenciesMeta[peer], peer).toEqual({ optional: true })
  }
})

describe.each(Object.entries(entries))('%s', (name, targets) => {
  const file = (condition: string): string => join(ROOT, targets[condition] as string)

  it('lists its conditions in the order that servers need, and each leads to a file', () => {
    const conditions = Object.keys(targets)
    const expected = 'browser' in targets ? CONDITIONS : ['types', 'default']
    expect(conditions).toEqual(expected)
    expect(conditions.filter((condition) => !existsSync(file(condition)))).toEqual([])
  })

  it.each(['default', 'types'])('reaches only the outside modules of its list (%s)', (condition) => {
    // Declarations may name Node's own types: nothing is loaded for them.
    const harmless = (name: string): boolean => condition === 'types' && name.startsWith('node:')
    const allowed = ENTRIES[name] as string[]
    const outside = importsBelow(file(condition)).filter((found) => found.external)
    expect(outside.filter(({ to }) => !allowed.includes(to) && !harmless(to))).toEqual([])
  })

  it('is built on layers: core on itself, a store on core and the folders of stores', () => {
    const source = file('default').replace(`${ROOT}/dist`, `${ROOT}/src`).replace(/\.js$/, '.ts')
    const wrong = importsBelow(source)
      .filter((found) => !found.external)
      .map(({ from, to }) => [relative(join(ROOT, 'src'), from), relative(join(ROOT, 'src'), to)] as const)
      .filter(([from, to]) => !mayImport(from, to))
    expect(wrong).toEqual([])
  })

  it('does nothing when it is imported: no output, no timer, no connection', () => {
    const script = `
      await import('${pathToFileURL(file('default')).href}')
      const active = process.getActiveResourcesInfo().filter((kind) => /Timer|Timeout|Immediate|TCP|FS/.test(kind))
      if (active.length > 0) console.log(active)`
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    })
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' })
  })
})

function mayImport(from: string, to: string): boolean {
  if (to.startsWith('core/')) return true
  if (from.startsWith('core/')) return false
  return !from.startsWith('stores/') || /^stores\/[^/]+\//.test(to)
}
