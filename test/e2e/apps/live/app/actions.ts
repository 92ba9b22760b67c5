'use server'

import { getSession } from '../lib/session'

export async function signInAda() {
  const session = await getSession()
  await session.login('ada', { data: { card: 'the card of ada' } })
}

export async function signInBob() {
  const session = await getSession()
  await session.login('bob')
}

export async function count() {
  const session = await getSession()
  await session.increment('visits')
}

export async function signInBriefly() {
  const session = await getSession()
  await session.login('ada', { idle: '125s' })
}

export async function stay() {
  const session = await getSession()
  await session.rotate({ idle: '1h' })
}

export async function leave() {
  const session = await getSession()
  await session.logout()
}
