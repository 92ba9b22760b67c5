import type { ShopSession } from '@/lib/session'

/** The message that the previous request left, such as "You are signed out". Shown once. */
export function Notice({ session }: { session: ShopSession }) {
  const text = session.readFlash<string>('notice')
  return (
    text && (
      <p className="notice" role="status">
        {text}
      </p>
    )
  )
}
