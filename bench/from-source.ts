/**
 * Lets a process load the source instead of what was built of it, so that each function is found in its own
 * file: `node --import ./bench/from-source.ts`.
 *
 * @module
 */

import { registerHooks } from 'node:module'

registerHooks({
  resolve(specifier, context, next) {
    const name = /^sojourn(?:\/(.+))?$/.exec(specifier)
    if (name === null) return next(specifier, context)
    return next(new URL(`../src/${name[1] ?? 'index'}.ts`, import.meta.url).href, context)
  },
})
