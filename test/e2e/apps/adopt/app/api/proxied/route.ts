import { getSession } from '../../../lib/session'

export async function GET() {
  return new Response((await getSession()).userId ?? 'nobody')
}
