import { getSession } from '../../../lib/session'

export async function POST() {
  const session = await getSession()
  return new Response(`count ${await session.increment('count')}`)
}
