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
  return <Notice session={await getSession()} />
}

async function Refused({ search }: { search: Promise<Record<string, unknown>> }) {
  return 'refused' in (await search) && <Wrong />
}
