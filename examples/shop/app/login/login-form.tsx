'use client'

import { useActionState } from 'react'
import { Submit } from '@/components/submit'
import { login } from './actions'
import { Wrong } from './wrong'

/**
 * Works before JavaScript has loaded too: such a form posts to the address given last.
 * `refused` is what the page says there, as Cache Components lose the state of that post.
 */
export function LoginForm({ refused }: { refused: React.ReactNode }) {
  const [{ username, isWrong }, action] = useActionState(
    login,
    { username: '', isWrong: false },
    '/login?refused',
  )
  return (
    <form action={action} className="stack">
      <label>
        Name
        <input
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          required
          defaultValue={username}
        />
      </label>
      <label>
        Password
        <input
          name="password"
          type="password"
          autoComplete="current-password"
          required
          aria-describedby="wrong"
        />
      </label>
      {isWrong ? <Wrong /> : refused}
      <Submit>Sign in</Submit>
    </form>
  )
}
