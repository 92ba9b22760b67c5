import { createSessions } from 'sojourn/next'
import { upstashStore } from 'sojourn/stores/upstash'

export const { getSession, get } = createSessions<{
  name?: string
  at?: Date
  count?: number
  [key: string]: unknown
}>({
  store: upstashStore(),
})
