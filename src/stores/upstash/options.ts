/** @module The options of a store in Upstash. */

import { invalidOption } from '../../core/errors.ts'
import { checkedPrefix, type KeyOptions } from '../redis/options.ts'

/** Options of `upstashStore`. */
export interface UpstashStoreOptions extends KeyOptions {
  /**
   * Who answers reads: whichever replica is nearest, or the primary. A replica may be a moment
   * behind, and then shows what another instance of the application has changed, ended or
   * begun as it was before. Asking the primary takes a request to its region, and one command
   * more. Default: `'nearest'`.
   */
  readFrom?: 'nearest' | 'primary'
}

/**
 * What the options ask for.
 *
 * @throws SessionError `ERR_OPTION_INVALID` if there is anything wrong with them.
 */
export function checkedOptions(options: UpstashStoreOptions): { prefix: string; fromPrimary: boolean } {
  const prefix = checkedPrefix('upstashStore', options, ['prefix', 'readFrom'])
  const { readFrom = 'nearest' } = options
  if (readFrom !== 'nearest' && readFrom !== 'primary')
    throw invalidOption("upstashStore: `readFrom` must be 'nearest' or 'primary'.")
  return { prefix, fromPrimary: readFrom === 'primary' }
}
