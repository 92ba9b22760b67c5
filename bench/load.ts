/**
 * What it costs to load the package, beside others: a process of its own for each import, all taking turns.
 * Drivers are not loaded.
 *
 * @module
 */

import { spawnSync } from 'node:child_process'
import { median, report } from './measure.ts'

const ROUNDS = 15
const TARGETS = { ms: 25, mb: 6 }
const NEXT = ['next/cache.js', 'next/headers.js', 'next/server.js']
/** What is loaded, and what is there already. */
const IMPORTS: [names: string[], over: string[]][] = [
  [['sojourn/express', 'sojourn/stores/redis'], []],
  [['sojourn/express', 'sojourn/stores/sqlite'], []],
  [['sojourn/next', 'sojourn/stores/redis'], NEXT],
  [['sojourn/next', 'sojourn/stores/sqlite'], NEXT],
  [['iron-session'], []],
  [['next-session'], []],
  [['express-session'], []],
]

export function benchLoad(): Promise<void> {
  const taken = new Map([[], NEXT, ...IMPORTS.map(allOf)].map((names) => [String(names), new Costs(names)]))
  for (let round = 0; round < ROUNDS; round++) for (const costs of taken.values()) costs.take()
  for (const [names, over] of IMPORTS) {
    const [all, bare] = [taken.get(String(allOf([names, over])))!, taken.get(String(over))!]
    const isOurs = names[0]?.startsWith('sojourn') === true
    const what = `Loading ${names.join(' and ')}, over bare ${over === NEXT ? 'Next.js' : 'Node'}`
    report(what, median(all.ms) - median(bare.ms), isOurs ? `at most ${TARGETS.ms}` : 'theirs', 'ms')
    report(what, median(all.mb) - median(bare.mb), isOurs ? `at most ${TARGETS.mb}` : 'theirs', 'MB')
  }
  return Promise.resolve()
}

function allOf([names, over]: [names: string[], over: string[]]): string[] {
  return [...over, ...names]
}

/** Time and memory of a process that imports these. */
class Costs {
  readonly ms: number[] = []
  readonly mb: number[] = []
  readonly #kind: string[]
  readonly #source: string

  constructor(names: readonly string[]) {
    this.#kind = names.length === 0 ? [] : ['--input-type=module']
    this.#source = names.map((name) => `import '${name}'\n`).join('')
  }

  take(): void {
    const start = performance.now()
    run([...this.#kind, '-e', this.#source || '0'])
    this.ms.push(performance.now() - start)
    const told = run([...this.#kind, '-e', `${this.#source}console.log(process.memoryUsage.rss())`])
    this.mb.push(Number(told) / 1e6)
  }
}

function run(args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: new URL('..', import.meta.url),
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
  return stdout
}
