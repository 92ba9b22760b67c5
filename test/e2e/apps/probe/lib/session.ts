import { createClient } from 'redis'
import { createSessions } from 'sojourn/next'
import { redisStore } from 'sojourn/stores/redis'

const url = process.env['REDIS_URL']

export const sessions = createSessions<{
  count?: number
  name?: string
  chat?: { role: string; text: string }[]
  [key: string]: unknown
}>({
  ...(url !== undefined && { store: redisStore(() => createClient({ url })) }),
  timeout: '3s',
})

export const { getSession, requireSession } = sessions
