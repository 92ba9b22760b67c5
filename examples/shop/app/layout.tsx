import type { Metadata } from 'next'
import { Suspense } from 'react'
import { Frame } from '@/components/frame'
import { optional } from '@/lib/optional'
import { getSession } from '@/lib/session'
import { CartLink } from './cart/cart-link'
import { Account } from './dashboard/account'
import { preferencesOf } from './preferences/preferences'
import './globals.css'

export const metadata: Metadata = {
  title: { default: 'Wayside: things for a longer stay', template: '%s · Wayside' },
  description: 'The demo shop of sojourn: durable server-side sessions for Next.js.',
  icons: '/icon.svg',
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
  return (
    <html lang="en" data-theme={theme} data-density={density}>
      <body>
        <Frame
          own={
            <>
              <Account session={session} />
              <CartLink session={session} />
            </>
          }
        >
          {children}
        </Frame>
      </body>
    </html>
  )
}
