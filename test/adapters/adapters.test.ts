import { afterAll, beforeAll, vi } from 'vitest'
import { expressSubjects } from './subjects/express.ts'
import { fastifySubjects } from './subjects/fastify.ts'
import { http, microSubject } from './subjects/node.ts'
import { fetchHandler, hono } from './subjects/web.ts'
import { testAdapter } from './suite.ts'

// micro and Hono print every error that a route throws.
beforeAll(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
afterAll(() => void vi.restoreAllMocks())

for (const subject of [http, microSubject, ...expressSubjects, ...fastifySubjects, hono, fetchHandler])
  testAdapter(subject)
