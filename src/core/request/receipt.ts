/**
 * What says that the session of another library has moved: its **receipt**, a small record under a
 * key made of the old id. It outlives the old session, so that no session moves twice, also
 * after the new one has ended.
 *
 * It holds a salt. The new token is made of the salt and of what only the old cookie tells, so that
 * every request which brings that cookie can be given the same token, and no store ever holds it.
 * The new record names its receipt. Half a minute after the browser has first brought the new token,
 * the old cookie opens nothing any more, and with the next request the salt is thrown away. Until
 * then requests may arrive that the browser had made before.
 *
 * @module
 */

import { later, type CookieChannel } from '../browser/channel.ts'
import { MAX_GRACE } from './successor.ts'
import type { RecordMeta } from '../record/meta.ts'
import type { Records } from '../record/records.ts'
import type { Lifetime } from '../store.ts'

/** In the new record: the key of its receipt, and until when that lasts. */
export const RECEIPT = '%receipt'
/** In the receipt: what the new token is made of. */
export const SALT = '%salt'

/** In the receipt: when the browser brought the new token. */
export const SEEN = '%seen'

/** What a new record says of its receipt. */
export function receiptField(key: string, until: number): string {
  return `${key} ${until}`
}

/** How long a receipt lasts that is to be there until then. */
export function receiptLifetime(until: number, now: number): Lifetime {
  return { idle: Math.max(1, until - now), absoluteAt: until }
}

/** The browser has brought the new token: closes the receipt. A failure leaves that to a later request. */
export function closeReceipt(
  channel: CookieChannel,
  records: Records,
  key: string,
  meta: RecordMeta,
  now: number,
  field: string,
): void {
  const [receipt = '', until = '', seenAt] = field.split(' ')
  const isFirst = seenAt === undefined
  if (!isFirst && now - Number(seenAt) < MAX_GRACE) return
  const change = isFirst ? { set: new Map([[SEEN, `${now}`]]) } : { delete: [SALT] }
  const note = isFirst ? { set: new Map([[RECEIPT, `${receipt} ${until} ${now}`]]) } : { delete: [RECEIPT] }
  later(channel, async () => {
    await records.annotate(receipt, receiptLifetime(Number(until), now), change)
    await records.annotate(key, meta, note)
  })
}
