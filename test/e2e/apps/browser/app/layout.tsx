import Link from 'next/link'
import type { ReactNode } from 'react'

const pages = ['', 'list', 'long', 'two', 'action', 'private', 'state', 'placed', 'mine']

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body style={{ margin: 0 }}>
        <nav style={{ position: 'fixed', right: 0, top: 0, display: 'grid', zIndex: 1 }}>
          {pages.map((page) => (
            <Link key={page} id={`to-${page}`} href={`/${page}`} prefetch={false}>
              {page || 'home'}
            </Link>
          ))}
          <Link id="to-below" href="#below" scroll={false}>
            below
          </Link>
        </nav>
        {children}
      </body>
    </html>
  )
}
