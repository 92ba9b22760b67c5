'use client'

import Failed from './error'

export default function GlobalError(props: { error: Error & { digest?: string } }) {
  return (
    <html lang="en">
      <body>
        <Failed {...props} />
      </body>
    </html>
  )
}
