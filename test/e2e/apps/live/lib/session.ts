import { createClient } from 'redis'
import { createSessions } from 'sojourn/next'
import { redisStore } from 'sojourn/stores/redis'
import { sqliteStore } from 'sojourn/stores/sqlite'

const url = process.env['REDIS_URL']
const file = process.env['SESSIONS_FILE']

export interface Known {
  name: string | null
  visits: number
}

export const sessions = createSessions<{ visits: number; card: string }, Known>({
  ...(url !== undefined && { store: redisStore(() => createClient({ url })) }),
  ...(file !== undefined && { store: sqliteStore({ file }) }),
  toClient: (session) => ({ name: session.userId, visits: session.get('visits') ?? 0 }),
})

export const { getSession } = sessions
