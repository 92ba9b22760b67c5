/**
 * What a run of `npm run bench -- http` came to, for docs/performance.md: a table and a picture.
 *
 * @module
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** One server: its ratio and its processor time for each column. */
export interface Row {
  name: string
  ratios: readonly number[]
  /** Microseconds for each request. */
  cpu: readonly number[]
}

const COLUMNS = ['read', 'change one value', 'first write']
const DOCS = join(import.meta.dirname, '../../docs')
const TABLE = /(<!-- http -->\n).*?(\n<!-- \/http -->)/s

const NAMES = 250
const PANEL = 210
const GAP = 24
const LINE = 24
const TOP = 34

/** Writes both into the docs. */
export function writeDocs(rows: readonly Row[]): void {
  const page = join(DOCS, 'performance.md')
  writeFileSync(page, readFileSync(page, 'utf8').replace(TABLE, `$1\n${tableOf(rows)}\n$2`))
  writeFileSync(join(DOCS, 'performance-http.svg'), pictureOf(rows))
}

function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(({ name, ratios, cpu }) => {
    const cells = ratios.map((ratio, i) => `${ratio.toFixed(2)}, ${cpu[i]?.toFixed(0)} µs`)
    return `| ${[shownAs(name), ...cells].join(' | ')} |`
  })
  return [`| | ${COLUMNS.join(' | ')} |`, '|---'.repeat(COLUMNS.length + 1) + '|', ...lines].join('\n')
}

/** Names of this package as code. */
function shownAs(name: string): string {
  return name.replace(/^sojourn\/[\w-]+/, '`$&`')
}

/** Bars of requests per second, a panel for each column; longer is better, and 1 is the handler by hand. */
function pictureOf(rows: readonly Row[]): string {
  const width = NAMES + COLUMNS.length * (PANEL + GAP)
  const height = TOP + rows.length * LINE + 10
  const longest = Math.max(...rows.flatMap(({ ratios }) => ratios))
  const shapes: string[] = []
  const text = (x: number, y: number, words: string, more = ''): void =>
    void shapes.push(`<text x="${x.toFixed(1)}" y="${y}"${more}>${words}</text>`)
  for (const [i, column] of COLUMNS.entries()) text(leftOf(i), 20, column, ' font-weight="bold"')
  for (const [at, { name, ratios }] of rows.entries()) {
    const y = TOP + at * LINE
    text(NAMES - 10, y + 13, name, ' text-anchor="end"')
    for (const [i, ratio] of ratios.entries()) {
      const length = Math.max(1, (ratio / longest) * (PANEL - 40))
      const color = name.startsWith('sojourn') ? '#2563eb' : '#9ca3af'
      shapes.push(
        `<rect x="${leftOf(i)}" y="${y}" width="${length.toFixed(1)}" height="16" fill="${color}"/>`,
      )
      text(leftOf(i) + length + 5, y + 13, ratio.toFixed(2))
    }
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13" fill="#808080">
<title>Requests per second over http, as ratios to a handler written by hand</title>
${shapes.join('\n')}
</svg>
`
}

function leftOf(column: number): number {
  return NAMES + column * (PANEL + GAP)
}
