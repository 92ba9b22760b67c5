'use server'

import { revalidatePath } from 'next/cache'
import { change, find } from '../../lib/found'

export async function findMore(q: string, from: number) {
  return find(q, from)
}

export async function changeItem(q: string, id: number, title: string | null, revalidates = true) {
  change(q, id, title)
  if (revalidates) revalidatePath('/found')
}
