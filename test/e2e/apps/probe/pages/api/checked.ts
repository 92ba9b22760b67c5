import type { NextApiRequest, NextApiResponse } from 'next'
import { isSessionError } from 'sojourn/next'
import { getSession, sessions } from '../../lib/session'

export default async function handler(request: NextApiRequest, response: NextApiResponse) {
  try {
    sessions.assertSameOrigin(request)
  } catch (error) {
    if (!isSessionError(error, 'ERR_CROSS_SITE')) throw error
    return response.status(error.status).send(error.code)
  }
  const session = await getSession(request, response)
  response.send(`count ${session.get('count') ?? 0}`)
}
