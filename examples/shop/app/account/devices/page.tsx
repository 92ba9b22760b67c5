import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { Suspense } from 'react'
import type { UserSession } from 'sojourn/next'
import { Notice } from '@/components/notice'
import { Skeleton } from '@/components/skeleton'
import { Submit } from '@/components/submit'
import { list, requireSession } from '@/lib/session'
import { revokeDevice, revokeOthers } from './actions'

export const metadata: Metadata = { title: 'Devices' }

export default function DevicesPage() {
  return (
    <div className="sheet">
      <h1>Where you are signed in</h1>
      <Suspense fallback={<Skeleton lines={4} />}>
        <Devices />
      </Suspense>
    </div>
  )
}

async function Devices() {
  const session = await requireSession(() => redirect('/login'))
  const devices = await list(session.userId)
  return (
    <>
      <Notice session={session} />
      <ul className="devices">
        {devices.map((device) => (
          <Device key={device.id} {...device} isCurrent={device.id === session.id} />
        ))}
      </ul>
      {devices.length > 1 && (
        <form action={revokeOthers}>
          <Submit>Sign out everywhere else</Submit>
        </form>
      )}
    </>
  )
}

function Device({ id, device, lastSeenAt, isCurrent }: UserSession & { isCurrent: boolean }) {
  return (
    <li>
      <h2>{device ?? 'A browser'}</h2>
      <small>{isCurrent ? 'This device' : `Last seen ${moment.format(lastSeenAt)} UTC`}</small>
      {!isCurrent && (
        <form action={revokeDevice}>
          <input type="hidden" name="id" value={id} />
          <Submit className="plain">Sign out</Submit>
        </form>
      )}
    </li>
  )
}

const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })
