import { after } from 'next/server'
import { getSession, sessions } from '../../lib/session'

type Body = { operation: string; begins?: boolean; isLate?: boolean; deferred?: boolean }

/** Writes in a stream: before its first byte, or after it. */
export async function POST(request: Request) {
  const { operation, begins = false, isLate = false, deferred = false } = (await request.json()) as Body
  const session = await getSession()
  if (begins) await session.start()
  if (deferred) {
    after(async () => {
      const later = await sessions.detached(request)
      const outcome = later.set('name', 'deferred').then(() => 'stored')
      console.log(`after a stream: ${await outcome.catch(codeOf)}`)
    })
  }
  const encoder = new TextEncoder()
  const body = new ReadableStream({
    async start(controller) {
      if (isLate) controller.enqueue(encoder.encode('head '))
      await new Promise((resolve) => setTimeout(resolve, 200))
      controller.enqueue(encoder.encode(await run().catch(codeOf)))
      controller.close()
    },
  })
  return new Response(body)

  async function run(): Promise<string> {
    if (operation === 'set') await session.set('name', 'streamed')
    else if (operation === 'login') await session.login('ada')
    else if (operation === 'rotate') await session.rotate()
    else await session.logout()
    return 'done'
  }
}

function codeOf(error: Error & { code?: string }): string {
  return error.code ?? error.message
}
