'use server'

import { cookies } from 'next/headers'

export async function become(form: FormData) {
  const jar = await cookies()
  const tag = form.get('tag') as string
  if (tag === '') jar.delete('tag')
  else jar.set('tag', tag)
}
