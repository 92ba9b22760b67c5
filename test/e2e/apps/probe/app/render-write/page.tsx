import { Suspense } from 'react'
import { getSession } from '../../lib/session'

type Props = { searchParams: Promise<{ forgotten?: string }> }

export default function RenderWrite(props: Props) {
  return (
    <Suspense>
      <Writer {...props} />
    </Suspense>
  )
}

async function Writer({ searchParams }: Props) {
  const { forgotten } = await searchParams
  const session = await getSession()
  const write = session.set('name', 'written while rendering')
  if (forgotten === undefined) await write
  return <p>written</p>
}
