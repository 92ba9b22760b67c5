import { getSession, sessions } from '../../../lib/session'

/** What other servers, devices and pages do. */
export async function POST(request: Request) {
  const { what, user = 'ada' } = (await request.json()) as { what: string; user?: string }
  const session = await getSession()
  if (what === 'login') await session.login(user)
  if (what === 'logout') await session.logout()
  if (what === 'rotate') await session.rotate({ grace: '30s' })
  if (what === 'revoke')
    await sessions.revokeUser(user, { except: session.userId === null ? null : session.id })
  // Other tabs hear of a new token before the browser has it.
  if (what === 'login') await new Promise((resolve) => setTimeout(resolve, 700))
  return Response.json({ id: session.id })
}
