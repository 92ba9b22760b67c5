import type { NextApiRequest, NextApiResponse } from 'next'
import { getSession } from '../../lib/session'

export default async function handler(request: NextApiRequest, response: NextApiResponse) {
  const session = await getSession(request, response)
  if (request.query['late']) {
    response.write('early ')
    const failure = await session.set('name', 'late').catch((error: Error & { code: string }) => error.code)
    return response.end(String(failure))
  }
  const count = await session.increment('count')
  if (request.query['redirect']) return response.redirect('/')
  if (request.query['write']) {
    response.write(`count ${count}`)
    return response.end()
  }
  response.json({ count, id: session.id })
}
