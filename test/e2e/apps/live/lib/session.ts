import { createClient } from 'redis'
import { createSessions, type ClientOf, type Session } from 'sojourn/next'
import { redisStore } from 'sojourn/stores/redis'
import { sqliteStore } from 'sojourn/stores/sqlite'

const url = process.env['REDIS_URL']
const file = process.env['SESSIONS_FILE']

export const sessions = createSessions({
  ...(url !== undefined && { store: redisStore(() => createClient({ url })) }),
  ...(file !== undefined && { store: sqliteStore({ file }) }),
  toClient: (session: Session<{ visits: number; card: string }>) => ({
    name: session.userId,
    visits: session.get('visits') ?? 0,
  }),
})

export type Known = ClientOf<typeof sessions>

export const { getSession } = sessions
