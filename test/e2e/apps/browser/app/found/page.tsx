import { Suspense } from 'react'
import { Found } from '../../components/found'
import { find } from '../../lib/found'

interface Props {
  searchParams: Promise<{ q?: string }>
}

/** A list that the server searches, and whose items can be changed. */
export default function FoundPage(props: Props) {
  return (
    <Suspense fallback={<p>…</p>}>
      <Search {...props} />
    </Suspense>
  )
}

async function Search({ searchParams }: Props) {
  const { q = 'a' } = await searchParams
  return <Found q={q} initial={find(q, 0)} />
}
