/**
 * Sessions with nothing but `Request` and `Response`. Bun and Deno serve the default export: `bun fetch.ts`,
 * `deno serve -A fetch.ts`. For Node, a few lines at the end bring it there: `node fetch.ts`.
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createSessions } from 'sojourn/fetch'

const { handler, assertSameOrigin } = createSessions<{ visits: number }>()

const fetch = handler(async (request, { getSession }) => {
  assertSameOrigin(request)
  const session = await getSession()

  switch (`${request.method} ${new URL(request.url).pathname}`) {
    case 'GET /': {
      const visits = await session.increment('visits')
      const page = `<p>Visit ${visits}, ${session.userId ?? 'nobody'} is signed in.</p>
        <form method="post" action="/login"><input name="user"><button>Sign in</button></form>
        <form method="post" action="/logout"><button>Sign out</button></form>`
      return new Response(page, { headers: { 'content-type': 'text/html' } })
    }
    case 'POST /login':
      await session.login(new URLSearchParams(await request.text()).get('user') || 'ada') // after you have checked a password
      return Response.redirect(new URL('/', request.url), 303)
    case 'POST /logout':
      await session.logout()
      return Response.redirect(new URL('/', request.url), 303)
    default:
      return new Response('Not found', { status: 404 })
  }
})

export default { fetch }

async function bridge(message: IncomingMessage, answer: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk)
  const request = new Request(`http://${message.headers.host}${message.url}`, {
    method: message.method ?? 'GET',
    headers: Object.entries(message.headers).map(([name, value]): [string, string] => [name, String(value)]),
    ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
  })
  const response = await fetch(request).catch(() => new Response(null, { status: 500 }))
  answer.writeHead(
    response.status,
    [...response.headers].flatMap(([name, value]) => [name, value]),
  )
  answer.end(Buffer.from(await response.arrayBuffer()))
}

if (!('Bun' in globalThis) && !('Deno' in globalThis)) {
  const server = createServer((message, answer) => void bridge(message, answer))
  server.listen(Number(process.env['PORT'] ?? 3000), () => console.log(server.address()))
}
