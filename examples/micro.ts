/** Sessions with micro. Run `node examples/micro.ts`, open http://localhost:3000. */

import { createServer } from 'node:http'
import { createError, send, serve, text } from 'micro'
import { createSessions } from 'sojourn/node'

const { getSession, assertSameOrigin } = createSessions<{ visits: number }>()

const server = createServer(
  serve(async (request, response) => {
    assertSameOrigin(request)
    const session = await getSession(request, response)
    const form = new URLSearchParams(request.method === 'POST' ? await text(request) : '')

    switch (`${request.method} ${request.url}`) {
      case 'GET /':
        response.setHeader('content-type', 'text/html')
        return `<p>Visit ${await session.increment('visits')}, ${session.userId ?? 'nobody'} is signed in.</p>
          <form method="post" action="/login"><input name="user"><button>Sign in</button></form>
          <form method="post" action="/logout"><button>Sign out</button></form>`
      case 'POST /login':
        await session.login(form.get('user') || 'ada') // after you have checked a password
        break
      case 'POST /logout':
        await session.logout()
        break
      default:
        // micro answers with the status of an error, also of those that sessions throw.
        throw createError(404, 'Not found', new Error('Not found'))
    }
    response.setHeader('location', '/')
    return send(response, 303)
  }),
)

server.listen(Number(process.env['PORT'] ?? 3000), () => console.log(server.address()))
