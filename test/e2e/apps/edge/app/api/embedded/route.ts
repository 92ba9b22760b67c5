import { createSessions, isSessionError } from 'sojourn/next'

export const runtime = 'edge'

export function GET() {
  try {
    createSessions()
    return Response.json({})
  } catch (error) {
    if (!isSessionError(error)) throw error
    return Response.json({ code: error.code, message: error.message })
  }
}
