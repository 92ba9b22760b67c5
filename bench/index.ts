/**
 * `npm run bench`: every figure that sojourn promises, as a ratio against the bare thing,
 * both measured in this run.
 *
 * @module
 */

import { benchAdapterHeap, benchHeap } from './heap.ts'
import { benchHttp } from './http/index.ts'
import { benchLoad } from './load.ts'
import { benchRedis } from './redis.ts'
import { benchScale } from './scale.ts'
import { benchSqlite } from './sqlite.ts'

const parts: Record<string, () => Promise<void>> = {
  redis: benchRedis,
  sqlite: benchSqlite,
  http: benchHttp,
  heap: benchHeap,
  adapters: benchAdapterHeap,
  scale: benchScale,
  load: benchLoad,
}
const chosen = process.argv.slice(2)

for (const [name, run] of Object.entries(parts)) {
  if (chosen.length === 0 || chosen.includes(name)) await run()
}
