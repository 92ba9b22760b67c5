/** The old application alone: express-session in PostgreSQL. */

import connectPgSimple from 'connect-pg-simple'
import express from 'express'
import session from 'express-session'
import { addRoutes } from './routes.ts'

const PgStore = connectPgSimple(session)
const app = express()
app.use(
  session({
    secret: process.env['SESSION_SECRET'] ?? '',
    store: new PgStore({ conString: process.env['DATABASE_URL'], createTableIfMissing: true }),
    resave: false,
    saveUninitialized: false,
    cookie: { maxAge: 86_400_000 },
  }),
)
addRoutes(app)
app.listen(Number(process.env['PORT']))
