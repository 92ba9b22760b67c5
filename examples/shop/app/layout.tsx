import type { Metadata } from 'next'
import { Suspense } from 'react'
import { Frame } from '@/components/frame'
import { optional } from '@/lib/optional'
import { getSession } from '@/lib/session'
import { Account } from './dashboard/account'
import { CartLink } from './cart/cart-link'
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
  const { theme, density } = preferencesOf(await optional(getSession(), null))
  return (
    <html lang="en" data-theme={theme} data-density={density}>
      <body>
        <Frame own={<Own />}>{children}</Frame>
      </body>
    </html>
  )
}

function Own() {
  return (
    <>
      <Suspense fallback={<span className="pill">…</span>}>
        <Account />
      </Suspense>
      <Suspense fallback={<span className="pill">Cart</span>}>
        <CartLink />
      </Suspense>
    </>
  )
}
