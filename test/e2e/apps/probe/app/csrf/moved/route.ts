import { privateResponse } from 'sojourn/next'
import { getSession } from '../../../lib/session'

export async function GET(request: Request) {
  const session = await getSession()
  await session.start()
  return privateResponse(Response.redirect(new URL('/', request.url)))
}
