/** What people, editors and assistants find in `node_modules/sojourn`: the docs too, and no dead link. */

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
) as [{ files: { path: string }[] }]
const packed = files.map(({ path }) => path)
const pages = packed.filter((path) => /\.(md|txt)$/.test(path))

function linksOf(page: string): string[] {
  const text = readFileSync(join(ROOT, page), 'utf8')
  return [...text.matchAll(LINK)].map(([, target = '']) => join(dirname(page), target))
}

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
