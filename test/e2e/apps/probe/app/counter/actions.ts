'use server'

import { redirect } from 'next/navigation'
import { after } from 'next/server'
import { getSession } from '../../lib/session'

export async function increment() {
  const session = await getSession()
  await session.increment('count')
  after(async () => console.log(`after an action: ${(await getSession()).get('count')}`))
}

export async function signIn() {
  const session = await getSession()
  await session.login('ada')
  await session.flash('notice', 'welcome')
  redirect('/counter')
}

export async function leave() {
  const session = await getSession()
  await session.logout()
  redirect('/counter')
}
