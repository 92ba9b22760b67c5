import { Suspense } from 'react'

type Props = { params: Promise<{ id: string }> }

export default function ItemPage(props: Props) {
  return (
    <Suspense fallback={<p>…</p>}>
      <Item {...props} />
    </Suspense>
  )
}

async function Item({ params }: Props) {
  return <h1 id="item">item {(await params).id}</h1>
}
