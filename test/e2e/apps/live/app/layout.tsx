import type { ReactNode } from 'react'
import { SessionProvider } from 'sojourn/react'
import { sessions } from '../lib/session'

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <head>
        <link rel="icon" href="data:," />
      </head>
      <body data-base={process.env['BASE_PATH']}>
        <SessionProvider initial={sessions.client()}>{children}</SessionProvider>
      </body>
    </html>
  )
}
