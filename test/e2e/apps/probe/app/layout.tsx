import { Suspense, type ReactNode } from 'react'
import { getSession } from '../lib/session'

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <Suspense fallback={<p>…</p>}>
          <Badge />
        </Suspense>
        {children}
      </body>
    </html>
  )
}

async function Badge() {
  const session = await getSession()
  return <p id="badge">{session.get('count') ?? 0}</p>
}
