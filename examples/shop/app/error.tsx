'use client'

/** The codes that sojourn's errors carry as their digest, which Next.js keeps in production. */
const storeDown = ['ERR_STORE_UNAVAILABLE', 'ERR_STORE_TIMEOUT']

export default function ErrorPage({
  error,
  retry,
}: {
  error: Error & { digest?: string }
  retry: () => void
}) {
  const isStoreDown = storeDown.includes(error.digest ?? '')
  return (
    <div className="sheet narrow" role="alert">
      <h1>{isStoreDown ? 'We cannot reach your session' : 'Something went wrong'}</h1>
      <p>
        {isStoreDown
          ? 'The session store is unavailable. Your cart and your sign-in are not lost: please try again in a moment.'
          : 'This page could not be shown.'}
      </p>
      <button type="button" onClick={retry}>
        Try again
      </button>
    </div>
  )
}
