import 'server-only'
import { kv } from '@vercel/kv'
import { createSessions } from 'sojourn/next'
import { upstashStore } from 'sojourn/stores/upstash'

export const { get, getAll, set } = createSessions({ store: upstashStore(kv, { prefix: 'kv' }) })
