import Link from 'next/link'

/** What surrounds every page, in both routers. `own` is what depends on the session. */
export function Frame({ own, children }: { own?: React.ReactNode; children: React.ReactNode }) {
  return (
    <div className="frame">
      <a className="skip" href="#main">
        Skip to content
      </a>
      <header className="header">
        <Link className="brand" href="/">
          <svg viewBox="0 0 24 28" aria-hidden="true">
            <path d="M1 28V12a11 11 0 0 1 22 0v16h-6V13a5 5 0 0 0-10 0v15z" />
          </svg>
          Wayside
        </Link>
        <nav aria-label="Main">
          <Link href="/posts">Journal</Link>
          <Link href="/preferences">Preferences</Link>
          {/* A page of the Pages Router: a plain link, since prefetching it would count a view. */}
          <a href="/legacy">Legacy</a>
        </nav>
        {own && <div className="own">{own}</div>}
      </header>
      <main id="main">{children}</main>
      <footer className="footer">Wayside sells nothing. It shows what sojourn does.</footer>
    </div>
  )
}
