import { isSessionError } from 'sojourn/next'
import { getSession, sessions } from '../../../lib/session'

export async function POST(request: Request) {
  try {
    sessions.assertSameOrigin(request)
    const session = await getSession()
    return new Response(`count ${await session.increment('count')}`)
  } catch (error) {
    if (!isSessionError(error)) throw error
    return new Response(error.code, { status: error.status })
  }
}
