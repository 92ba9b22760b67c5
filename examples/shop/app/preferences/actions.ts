'use server'

import { getSession } from '@/lib/session'
import { densities, themes, type Preferences } from './preferences'

export async function savePreferences(form: FormData): Promise<void> {
  const theme = themes.find((name) => name === form.get('theme'))
  const density = densities.find((name) => name === form.get('density'))
  if (!theme || !density) return
  const session = await getSession()
  await session.namespace<Preferences>('preferences').set({ theme, density })
}
