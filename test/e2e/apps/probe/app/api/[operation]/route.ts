import { redirect } from 'next/navigation'
import { getSession, sessions } from '../../../lib/session'

type Body = { key?: string; value?: unknown; by?: number; user?: string; wait?: number }

export async function GET() {
  const session = await getSession()
  return Response.json({ id: session.id, user: session.userId, data: session.getAll(), session })
}

export async function POST(request: Request, { params }: { params: Promise<{ operation: string }> }) {
  const { operation } = await params
  const { key = 'name', value, by = 1, user = 'ada', wait = 0 } = (await request.json()) as Body
  const session = await getSession()
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
  try {
    return Response.json(await run())
  } catch (error) {
    if (error instanceof Error && 'code' in error) {
      return Response.json(
        { code: error.code, message: error.message },
        { status: (error as { status?: number }).status ?? 500 },
      )
    }
    throw error
  }

  async function run(): Promise<unknown> {
    switch (operation) {
      case 'set':
        await session.set(key, value)
        return { id: session.id }
      case 'increment':
        return { value: await session.increment('count', by) }
      case 'login':
        await session.login(user)
        return { id: session.id }
      case 'flash':
        await session.flash('notice', value)
        return {}
      case 'logout':
        await session.logout()
        return {}
      case 'private':
        return { user: (await sessions.requireSession()).userId }
      case 'start':
        return { id: await sessions.getSessionIdAndCreateIfMissing() }
      case 'redirect':
        await session.set(key, value)
        redirect('/')
      case 'throw':
        await session.set(key, value)
        throw new Error('the handler failed')
      default:
        return { unknown: operation }
    }
  }
}
