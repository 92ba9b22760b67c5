/** @module The options of a store in Redis. */

import { invalidOption } from '../../core/errors.ts'

/** Options of `redisStore` and `upstashStore`. */
export interface RedisStoreOptions {
  /**
   * What every key begins with, before `:`. Not empty, without `{` and `}`. Applications
   * that share a database need different ones, and so do two stores of one application,
   * also when they talk to different servers. Default: `sojourn`.
   */
  prefix?: string
}

/**
 * The prefix that the options ask for.
 *
 * @param factory the name of the function that was given the options
 * @throws SessionError `ERR_OPTION_INVALID` if there is anything wrong with them.
 */
export function checkedPrefix(factory: string, options: RedisStoreOptions): string {
  if (typeof options !== 'object' || options === null) {
    throw invalidOption(`${factory}: the options must be an object, such as \`{ prefix: "shop" }\`.`)
  }
  const unknown = Object.keys(options).find((name) => name !== 'prefix')
  if (unknown !== undefined) throw invalidOption(`${factory}: there is no option \`${unknown}\`. Remove it.`)
  const { prefix = 'sojourn' } = options
  if (typeof prefix !== 'string' || prefix === '' || /[{}]/.test(prefix)) {
    throw invalidOption(
      `${factory}: \`prefix\` must be text that is not empty and holds neither \`{\` nor \`}\`.`,
    )
  }
  return prefix
}
