/** Our sessions in the table of the old application. */

import connectPgSimple from 'connect-pg-simple'
import express from 'express'
import session from 'express-session'
import { fromConnectStore } from 'sojourn/connect'
import { createSessions } from 'sojourn/express'

const PgStore = connectPgSimple(session)
const { getSession } = createSessions<{ visits: number }>({
  store: fromConnectStore(
    new PgStore({ conString: process.env['DATABASE_URL'], createTableIfMissing: true }),
  ),
})
const app = express()
app.get('/', async (request, response) => {
  const session = await getSession(request, response)
  response.send(`Visit ${await session.increment('visits')}`)
})
app.listen(Number(process.env['PORT']))
