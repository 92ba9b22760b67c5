/**
 * `@vercel/kv`, required and not imported: Vitest looks at every export of what is imported,
 * and `kv` throws at a look as long as its environment is not set.
 *
 * @module
 */

import { createRequire } from 'node:module'
import type * as package_ from '@vercel/kv'

/** The package. */
export const vercelKv: typeof package_ = createRequire(import.meta.url)('@vercel/kv')
