'use client'

import { useEffect, useRef } from 'react'

interface Props {
  number: number
  title: string
  isCurrent: boolean
  children: React.ReactNode
}

/** One step of the form. Where there is JavaScript, only the current one is shown. */
export function Step({ number, title, isCurrent, children }: Props) {
  const step = useRef<HTMLFieldSetElement>(null)
  const wasCurrent = useRef(isCurrent)
  useEffect(() => {
    // Whoever cannot see the step change is led there.
    if (isCurrent && !wasCurrent.current) step.current?.focus()
    wasCurrent.current = isCurrent
  }, [isCurrent])
  return (
    <fieldset ref={step} tabIndex={-1} className={isCurrent ? 'stack step' : 'stack step later'}>
      <legend>
        <small>Step {number} of 3</small> {title}
      </legend>
      {children}
    </fieldset>
  )
}
