import type { Metadata } from 'next'
import { Suspense } from 'react'
import { Notice } from '@/components/notice'
import { LoginForm } from './login-form'

export const metadata: Metadata = { title: 'Sign in' }

export default function LoginPage() {
  return (
    <div className="sheet narrow">
      <h1>Sign in</h1>
      <Suspense>
        <Notice />
      </Suspense>
      <LoginForm />
      <p className="hint">
        Try <kbd>ada</kbd> with <kbd>lovelace</kbd>, or <kbd>grace</kbd> with <kbd>hopper</kbd>.
      </p>
    </div>
  )
}
