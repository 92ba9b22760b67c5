import { Suspense } from 'react'
import { Searched } from '../../components/found'

export default function SearchedPage() {
  return (
    <Suspense fallback={<p>…</p>}>
      <Searched />
    </Suspense>
  )
}
