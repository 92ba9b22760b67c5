import type { NextApiRequest, NextApiResponse } from 'next'
import { getSession } from '../../lib/next-session'

export default async function handler(request: NextApiRequest, response: NextApiResponse) {
  const session = await getSession(request, response)
  if (request.query['end']) {
    await session.destroy()
    return response.send('ended')
  }
  session.views = session.views ? session.views + 1 : 1
  if (request.query['redirect']) return response.redirect('/views')
  response.send(`You have been here ${session.views} time(s).`)
}
