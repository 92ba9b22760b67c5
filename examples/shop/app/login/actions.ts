'use server'

import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { deviceName } from '@/lib/device'
import { getSession } from '@/lib/session'
import { checkPassword } from './users'

export interface LoginState {
  username: string
  isWrong: boolean
}

export async function login(_: LoginState, form: FormData): Promise<LoginState> {
  const username = text(form, 'username').trim()
  const user = await checkPassword(username, text(form, 'password'))
  if (!user) return { username, isWrong: true }

  const session = await getSession()
  const device = deviceName((await headers()).get('user-agent'))
  await session.login(user.id, { idle: '7d', absolute: '7d', device, data: { name: user.name } })
  await session.flash('notice', `Welcome, ${user.name}. Make yourself at home.`)
  redirect('/dashboard')
}

export async function logout(): Promise<void> {
  const session = await getSession()
  await session.logout()
  await session.flash('notice', 'You are signed out. Safe travels.')
  redirect('/login')
}

function text(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' ? value : ''
}
