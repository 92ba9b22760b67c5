import { createClient, createCluster } from 'redis'
import { createSessions, type ClientOf, type Session } from 'sojourn/next'
import { redisStore } from 'sojourn/stores/redis'
import { sqliteStore } from 'sojourn/stores/sqlite'
import { upstashStore } from 'sojourn/stores/upstash'

/** What a session of the shop holds. Each feature types its own namespace where it lives. */
interface ShopData {
  /** The name of whoever is signed in, to greet them. */
  name: string
  /** How often this visitor has seen the legacy page. */
  views: number
}

/** Nothing is opened before the first session. */
export const store = chooseStore(process.env)

export const { getSession, requireSession, list, revoke, revokeUser, client, events } = createSessions({
  store,
  toClient: (session: Session<ShopData>) => ({
    /** Who is signed in; `null` for nobody. */
    name: session.userId === null ? null : (session.get('name') ?? session.userId),
  }),
})

/** What the browser may know of its session: `useSession` in client components. */
export type ShopClient = ClientOf<typeof client>

/** The session of a visitor. */
export type ShopSession = Awaited<ReturnType<typeof getSession>>

/** Upstash, Redis or a cluster, whichever the environment names; else a file in `.sojourn/`. */
function chooseStore(env: NodeJS.ProcessEnv) {
  if (env.UPSTASH_REDIS_REST_URL || env.KV_REST_API_URL) return upstashStore() // it finds the token, too
  if (!env.REDIS_URL) return sqliteStore()

  const nodes = env.REDIS_URL.split(',').map((url) => ({ url }))
  if (nodes.length > 1) return redisStore(() => createCluster({ rootNodes: nodes }))
  return redisStore(() => createClient(nodes[0]))
}
