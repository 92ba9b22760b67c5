import { createSessions, isSessionError } from 'sojourn/next'
import { store } from '@/lib/session'

// Sessions of their own beside those of the shop: another cookie, and 900 seconds long.
const visits = createSessions({
  store,
  app: 'visits',
  cookie: { name: 'visit' },
  idle: '15m',
  absolute: '15m',
})

/** Opens a session on first contact, and remembers every username in a namespace of its own. */
export async function GET(_: Request, { params }: RouteContext<'/api/user/[username]'>): Promise<Response> {
  const { username } = await params
  try {
    const status = await visits.get('sessionStatus', username)
    if (status === null) await visits.set('sessionStatus', 'ACTIVE', username)
    return Response.json({ userName: username, sessionId: await visits.getSessionId() })
  } catch (error) {
    if (!isSessionError(error)) throw error
    return Response.json({ error: error.code }, { status: error.status })
  }
}
