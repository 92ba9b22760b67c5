import type { Metadata } from 'next'
import Link from 'next/link'
import { redirect } from 'next/navigation'
import { Suspense } from 'react'
import { Notice } from '@/components/notice'
import { Skeleton } from '@/components/skeleton'
import { Submit } from '@/components/submit'
import { requireSession } from '@/lib/session'
import { logout } from '../login/actions'

export const metadata: Metadata = { title: 'Dashboard' }

export default function DashboardPage() {
  return (
    <div className="sheet">
      <h1>Dashboard</h1>
      <Suspense fallback={<Skeleton lines={4} />}>
        <Dashboard />
      </Suspense>
    </div>
  )
}

async function Dashboard() {
  const session = await requireSession(() => redirect('/login'))
  return (
    <>
      <Notice session={session} />
      <dl className="facts">
        <dt>Signed in as</dt>
        <dd>
          {session.get('name')} ({session.userId})
        </dd>
        <dt>Since</dt>
        <dd>{moment(session.authenticatedAt)}</dd>
        <dt>Until</dt>
        <dd>{moment(session.expiresAt)}</dd>
        <dt>Session</dt>
        <dd>
          <code>{session.id}</code>
          <small>Its public id: safe to show, and it opens nothing. The secret is in the cookie.</small>
        </dd>
      </dl>
      <p>
        <Link href="/account/devices">Where you are signed in</Link>
      </p>
      <form action={logout}>
        <Submit>Sign out</Submit>
      </form>
    </>
  )
}

const clock = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })

function moment(time: number | null): string {
  return time === null ? 'unknown' : `${clock.format(time)} UTC`
}
