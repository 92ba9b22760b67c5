import type { Session } from 'sojourn/next'

/** The message that the previous request left, such as "You are signed out". Shown once. */
export function Notice({ session }: { session: Session }) {
  const text = session.readFlash<string>('notice')
  return (
    text && (
      <p className="notice" role="status">
        {text}
      </p>
    )
  )
}
