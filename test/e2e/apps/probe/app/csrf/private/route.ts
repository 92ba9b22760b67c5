import { privateResponse } from 'sojourn/next'
import { getSession } from '../../../lib/session'

export async function GET() {
  const session = await getSession()
  return privateResponse(Response.json({ id: await session.start() }))
}
