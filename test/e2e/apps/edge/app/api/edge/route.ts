import { getSession } from '../../lib/edge'

export const runtime = 'edge'

// What must not be there, or this is Node.
declare const EdgeRuntime: string | undefined

export async function GET() {
  const session = await getSession()
  return Response.json({
    runtime: typeof EdgeRuntime === 'string' ? EdgeRuntime : 'node',
    name: session.get('name'),
    isDate: session.get('at') instanceof Date,
    user: session.userId,
  })
}

export async function POST(request: Request) {
  const { name, user } = (await request.json()) as { name?: string; user?: string }
  const session = await getSession()
  try {
    if (user !== undefined) await session.login(user)
    if (name !== undefined) await session.set({ name, at: new Date() })
    return Response.json({ count: await session.increment('count') })
  } catch (error) {
    const { code, status = 500 } = error as { code?: string; status?: number }
    return Response.json({ code }, { status })
  }
}

export async function DELETE() {
  const session = await getSession()
  await session.logout()
  return Response.json({})
}
