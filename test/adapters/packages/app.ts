/**
 * An application as people write it with passport, connect-flash and csurf, on any middleware that
 * makes `req.session`.
 *
 * @module
 */

import { createServer } from 'node:http'
import flash from 'connect-flash'
import csurf from 'csurf'
import express, { type Request, type RequestHandler } from 'express'
import passport from 'passport'
import { listen, type Running } from '../subject.ts'

/** What the packages hang on a request. */
type Visit = Request & {
  user?: string
  flash(type: string, text?: string): unknown
  csrfToken(): string
  logout(done: (error?: unknown) => void): void
}

/** Starts it on a free port. What fails is answered with 500 and the text of the error. */
export function startApp(sessions: RequestHandler): Promise<Running> {
  const people = new passport.Passport()
  people.use({
    name: 'by path',
    authenticate(request) {
      this.success(request.params['user'])
    },
  })
  people.serializeUser((user, done) => done(null, user))
  people.deserializeUser((stored, done) => done(null, stored))

  const app = express()
  app.use(sessions)
  app.use(people.session())
  app.use(flash())
  app.post('/login/:user', people.authenticate('by path'), (request, response) => {
    const visit = request as Visit
    visit.flash('info', `Welcome ${visit.user}`)
    response.redirect(303, '/')
  })
  app.post('/logout', (request, response, next) => {
    ;(request as Visit).logout((error) => (error ? next(error) : response.redirect(303, '/')))
  })
  app.get('/', (request, response) => {
    const visit = request as Visit
    response.json({ user: visit.user ?? null, info: visit.flash('info') })
  })
  app.use('/form', csurf())
  app.get('/form', (request, response) => void response.send((request as Visit).csrfToken()))
  app.post('/form', (_request, response) => void response.send('accepted'))
  app.use(((error, _request, response, _next) => {
    response.status(error.code === 'EBADCSRFTOKEN' ? 403 : 500).send(error.message)
  }) as express.ErrorRequestHandler)
  return listen(createServer(app))
}
