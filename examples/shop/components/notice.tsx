import { getSession } from '@/lib/session'

/** The message that the previous request left, such as "You are signed out". Shown once. */
export async function Notice() {
  const session = await getSession()
  const text = session.readFlash<string>('notice')
  return (
    text && (
      <p className="notice" role="status">
        {text}
      </p>
    )
  )
}
