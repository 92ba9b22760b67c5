'use server'

import { redirect } from 'next/navigation'
import { list, requireSession, revoke, revokeUser } from '@/lib/session'

export async function revokeDevice(form: FormData): Promise<void> {
  const session = await requireSession(() => redirect('/login'))
  const id = form.get('id')
  // Only a session of their own: ids are no secret.
  const own = (await list(session.userId)).find((device) => device.id === id)
  if (own) await revoke(own.id)
  await session.flash('notice', own ? 'That device is signed out.' : 'That device was signed out already.')
}

export async function revokeOthers(): Promise<void> {
  const session = await requireSession(() => redirect('/login'))
  const count = await revokeUser(session.userId, { except: session.id })
  await session.flash('notice', `Signed out on ${count} other ${count === 1 ? 'device' : 'devices'}.`)
}
