/** @module What works on which runtime: what the tests of examples and Workers expect, and docs/servers.md tells. */

/** What a runtime was seen to do. */
export interface Runtime {
  name: string
  /** Files of `examples` that it serves. */
  servers: string[]
  embedded: 'keeps the contract' | 'refused: `ERR_OPTION_INVALID`'
  /** Empty: not tried. */
  memory: 'keeps the contract' | ''
  upstash: 'works'
}

const KEEPS = { embedded: 'keeps the contract', memory: 'keeps the contract', upstash: 'works' } as const

export const RUNTIMES: Runtime[] = [
  { name: 'Node', servers: ['express', 'fastify', 'fetch', 'hono', 'http', 'micro'], ...KEEPS },
  { name: 'Bun', servers: ['fetch'], ...KEEPS },
  { name: 'Deno', servers: ['fetch'], ...KEEPS },
  {
    name: 'Workers (workerd)',
    servers: [],
    embedded: 'refused: `ERR_OPTION_INVALID`',
    memory: '',
    upstash: 'works',
  },
]

/** The table of the page. */
export function tableOf(runtimes: readonly Runtime[]): string {
  const rows = runtimes.map(({ name, servers, embedded, memory, upstash }) => [
    name,
    servers.map((server) => `${server}.ts`).join(', '),
    embedded,
    memory,
    upstash,
  ])
  const head = ['runtime', 'tried with', 'embedded store', '`memoryStore`', '`upstashStore`']
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
