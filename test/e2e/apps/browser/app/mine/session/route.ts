import { sessionOf } from '../../../lib/mine'

/** Answers, and keeps a stream open that says nothing. */
export async function GET(request: Request): Promise<Response> {
  if (request.headers.get('accept') !== 'text/event-stream') return Response.json(await sessionOf())
  const stream = new ReadableStream({ start: (told) => told.enqueue(new TextEncoder().encode(':\n\n')) })
  return new Response(stream, { headers: { 'content-type': 'text/event-stream' } })
}
