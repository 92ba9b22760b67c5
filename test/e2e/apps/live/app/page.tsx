import { Suspense } from 'react'
import { Actions } from './actions-form'
import { Badge } from './badge'
import { Draft } from './draft'

export default function Page() {
  return (
    <>
      <Suspense fallback={<p>…</p>}>
        <Badge />
      </Suspense>
      <Suspense>
        <Draft />
      </Suspense>
      <Actions />
    </>
  )
}
