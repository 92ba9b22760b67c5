import type { Metadata } from 'next'
import { Suspense } from 'react'
import { Notice } from '@/components/notice'
import { getSession } from '@/lib/session'
import { LoginForm } from './login-form'
import { Wrong } from './wrong'

export const metadata: Metadata = { title: 'Sign in' }

export default function LoginPage({ searchParams }: PageProps<'/login'>) {
  return (
    <div className="sheet narrow">
      <h1>Sign in</h1>
      <Suspense>
        <LoginNotice />
      </Suspense>
      <LoginForm
        refused={
          <Suspense>
            <Refused search={searchParams} />
          </Suspense>
        }
      />
      <p className="hint">
        Try <kbd>ada</kbd> with <kbd>lovelace</kbd>, or <kbd>grace</kbd> with <kbd>hopper</kbd>.
      </p>
    </div>
  )
}

async function LoginNotice() {
  const session = await getSession()
  const why = session.ended && reasons[session.ended]
  return why ? <p className="notice">{why}</p> : <Notice session={session} />
}

/** Why a session ended that the visitor did not end themselves. */
const reasons: Partial<Record<string, string>> = {
  idle: 'You were away for long, so we signed you out.',
  absolute: 'It has been a while: please sign in again.',
  revoked: 'You were signed out from another device.',
  evicted: 'You were signed out because you signed in on other devices.',
}

async function Refused({ search }: { search: Promise<Record<string, unknown>> }) {
  return 'refused' in (await search) && <Wrong />
}
