import { createClient } from 'redis'
import { connectSession } from 'sojourn/adopt'
import { createSessions } from 'sojourn/next'
import { redisStore } from 'sojourn/stores/redis'

const url = process.env['REDIS_URL'] ?? ''
const secret = 'the secret of the old library, of 32 characters or more'
const userId = (data: Record<string, unknown>) => data['user'] as string
const client = () => createClient({ url })

export const sessions = createSessions({
  store: redisStore(client),
  cookie: { name: 'sid', secure: false, previous: [{ path: '/app' }, { path: '/old' }] },
  adopt: [
    connectSession({ secret, client, userId }),
    // Its cookie has the name of ours, and another path.
    connectSession({ secret, client, prefix: 'scoped:', userId, name: 'sid', path: '/api' }),
  ],
})

export const { getSession } = sessions
