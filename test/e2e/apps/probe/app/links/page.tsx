import Link from 'next/link'

export default function Links() {
  const items = Array.from({ length: 10 }, (_, i) => (
    <p key={i}>
      <Link href={`/item/${i}`}>item {i}</Link>
    </p>
  ))
  return (
    <>
      {items}
      <Link id="to-counter" href="/counter" prefetch={false}>
        counter
      </Link>
    </>
  )
}
