'use client'

import { useFormStatus } from 'react-dom'

/** A button that shows that its form is on its way. It stays usable: a second click counts too. */
export function Submit(props: React.ComponentProps<'button'>) {
  const { pending } = useFormStatus()
  return <button {...props} aria-busy={pending} />
}
