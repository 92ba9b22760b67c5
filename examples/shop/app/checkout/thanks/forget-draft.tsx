'use client'

import { useEffect, useRef } from 'react'
import { useDraft } from '../draft'

/** The order is placed: what was filled in is not needed any more. Once, not at every look at the page. */
export function ForgetDraft() {
  const [, , { remove }] = useDraft()
  const isDone = useRef(false)
  useEffect(() => {
    if (!isDone.current) remove()
    isDone.current = true
  }, [remove])
  return null
}
