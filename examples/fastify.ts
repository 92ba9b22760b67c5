/** Sessions with Fastify 5. Run `node examples/fastify.ts`, open http://localhost:3000. */

import { fastify } from 'fastify'
import { createSessions, type Session } from 'sojourn/fastify'

interface Data {
  visits: number
}

declare module 'fastify' {
  interface FastifyRequest {
    readonly session: Session<Data>
  }
}

const { plugin, assertSameOrigin } = createSessions<Data>()

const app = fastify()
await app.register(plugin)
app.addHook('onRequest', async (request) => assertSameOrigin(request))
app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
  done(null, Object.fromEntries(new URLSearchParams(String(body)))),
)

app.get('/', async ({ session }, reply) => {
  const visits = await session.increment('visits')
  reply.type('text/html')
  return `<p>Visit ${visits}, ${session.userId ?? 'nobody'} is signed in.</p>
    <form method="post" action="/login"><input name="user"><button>Sign in</button></form>
    <form method="post" action="/logout"><button>Sign out</button></form>`
})

app.post<{ Body: { user?: string } }>('/login', async ({ session, body }, reply) => {
  await session.login(body.user || 'ada') // after you have checked a password
  return reply.redirect('/', 303)
})

app.post('/logout', async ({ session }, reply) => {
  await session.logout()
  return reply.redirect('/', 303)
})

await app.listen({ port: Number(process.env['PORT'] ?? 3000) })
console.log(app.server.address())
