import { Redis } from '@upstash/redis'
import { createSessions } from 'sojourn/next'
import { upstashStore } from 'sojourn/stores/upstash'

export const redis = new Redis({
  url: process.env['UPSTASH_REDIS_REST_URL']!,
  token: process.env['UPSTASH_REDIS_REST_TOKEN']!,
})

export const { getSessionId, getSessionIdAndCreateIfMissing, get, getAll, set } = createSessions<{
  userName?: string
  sessionStatus?: string
}>({ store: upstashStore(redis, { prefix: 'guide' }), idle: '900s' })
