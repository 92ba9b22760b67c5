import type { Metadata } from 'next'
import { Suspense } from 'react'
import { SessionProvider } from 'sojourn/react'
import { Frame } from '@/components/frame'
import { optional } from '@/lib/optional'
import { client, getSession } from '@/lib/session'
import { AccountLink } from './account/account-link'
import { FollowSession } from './account/follow-session'
import { CartLink } from './cart/cart-link'
import { preferencesOf } from './preferences/preferences'
import './globals.css'

export const metadata: Metadata = {
  title: { default: 'Wayside: things for a longer stay', template: '%s · Wayside' },
  description: 'The demo shop of sojourn: durable server-side sessions for Next.js.',
}

// The theme is part of <html>, so the document waits for it: a page in the wrong colours
// is never painted. Navigations inside the shop keep this layout and do not wait.
export default function RootLayout({ children }: LayoutProps<'/'>) {
  return (
    <Suspense>
      <Document>{children}</Document>
    </Suspense>
  )
}

async function Document({ children }: { children: React.ReactNode }) {
  const session = await optional(getSession(), null)
  const { theme, density } = preferencesOf(session)
  // Without it, the browser asks.
  const initial = await optional(client(), undefined)
  return (
    <html lang="en" data-theme={theme} data-density={density}>
      <head>
        {/* Not in the metadata: they come later, when browsers have asked for /favicon.ico. */}
        <link rel="icon" href="/icon.svg" />
      </head>
      <body>
        <SessionProvider initial={initial}>
          <FollowSession shown={initial?.data?.name ?? null} />
          <Frame
            own={
              <>
                <AccountLink />
                <CartLink session={session} />
              </>
            }
          >
            {children}
          </Frame>
        </SessionProvider>
      </body>
    </html>
  )
}
