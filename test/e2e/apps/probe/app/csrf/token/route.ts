import { getSession } from '../../../lib/session'

export async function POST(request: Request) {
  const session = await getSession()
  const form = await request.formData()
  return new Response(String(session.verifyCsrfToken(form.get('csrf'), 'transfer')))
}
