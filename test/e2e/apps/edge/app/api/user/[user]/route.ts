import * as sessionStore from '../../../lib/session'

export async function GET(request: Request, { params }: { params: Promise<{ user: string }> }) {
  const userName = (await params).user
  const sessionId = await sessionStore.getSessionIdAndCreateIfMissing()
  const sessionStatus = await sessionStore.get('sessionStatus', userName)
  if (sessionStatus == null) {
    console.log('There is no active session.')
    await sessionStore.set('sessionStatus', 'ACTIVE', userName)
  }
  return Response.json({ userName: userName, sessionId: sessionId })
}
