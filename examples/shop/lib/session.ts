import { createClient } from 'redis'
import { createSessions } from 'sojourn/next'
import { redisStore } from 'sojourn/stores/redis'
import { sqliteStore } from 'sojourn/stores/sqlite'

/** What a session of the shop holds. Each feature types its own namespace where it lives. */
interface ShopData {
  /** The name of whoever is signed in, to greet them. */
  name: string
  /** How often this visitor has seen the legacy page. */
  views: number
}

const url = process.env.REDIS_URL

/** Redis if there is one, else a file in `.sojourn/`. Nothing is opened before the first session. */
export const store = url ? redisStore(() => createClient({ url })) : sqliteStore()

export const { getSession, requireSession, list, revoke, revokeUser } = createSessions<ShopData>({ store })

/** The session of a visitor. */
export type ShopSession = Awaited<ReturnType<typeof getSession>>
