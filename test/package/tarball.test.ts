/**
 * What people, editors and assistants find in `node_modules/sojourn`: the docs too, no dead link, and
 * little code. Looks at dist, so build first.
 */

import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const LINK = /\]\((?!https?:|#)([^)#\s]+)/g

const [{ files }] = JSON.parse(
  execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  }),
) as [{ files: { path: string; size: number }[] }]
const packed = files.map(({ path }) => path)
const pages = packed.filter((path) => /\.(md|txt)$/.test(path))

function linksOf(page: string): string[] {
  const text = readFileSync(join(ROOT, page), 'utf8')
  return [...text.matchAll(LINK)].map(([, target = '']) => join(dirname(page), target))
}

test('the code is at most 150 files and 1 MB', () => {
  const code = files.filter(({ path }) => !/^(docs|examples)\/|\.(md|txt)$/.test(path))
  expect(code.length).toBeLessThan(150)
  expect(code.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(1_000_000)
})

test('the code of other packages in it comes with their licences', () => {
  const texts = packed
    .filter((path) => /^dist\/.*\.js$/.test(path))
    .map((path) => readFileSync(join(ROOT, path), 'utf8'))
  const others = texts.flatMap((text) =>
    [...text.matchAll(/^\/\/ node_modules\/([^/]+)/gm)].map(([, name]) => name),
  )
  const licences = readFileSync(join(ROOT, 'LICENSES-OF-OTHERS.txt'), 'utf8')
  expect([...new Set(others)].toSorted((a = '', b = '') => a.localeCompare(b))).toEqual(
    [...licences.matchAll(/^== (\S+)$/gm)].map(([, name]) => name),
  )
  expect(packed).toContain('LICENSES-OF-OTHERS.txt')
})

test('README and all pages of docs are in the package', () => {
  expect(pages).toEqual(
    expect.arrayContaining(['README.md', 'llms.txt', ...globSync('docs/*.md', { cwd: ROOT })]),
  )
})

test.each(pages)('%s links only to what is in the package', (page) => {
  expect(linksOf(page).filter((target) => !packed.includes(target))).toEqual([])
})

test('llms.txt names every page that users read', () => {
  const named = linksOf('llms.txt')
  const unnamed = pages.filter((page) => /^docs\/[^/]+$/.test(page) && !named.includes(page))
  expect(unnamed).toEqual(['docs/clean-room.md'])
})
