'use client'

import { useActionState } from 'react'
import { Submit } from '@/components/submit'
import { login } from './actions'

/** Works before JavaScript has loaded too: the message then comes with the page. */
export function LoginForm() {
  const [{ username, message }, action] = useActionState(login, { username: '' })
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
          aria-describedby={message && 'login-message'}
        />
      </label>
      {message && (
        <p id="login-message" className="wrong" role="alert">
          {message}
        </p>
      )}
      <Submit>Sign in</Submit>
    </form>
  )
}
