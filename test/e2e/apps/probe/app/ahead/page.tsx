import Link from 'next/link'

export default function Ahead() {
  return (
    <Link id="ahead" href="/counter" prefetch={true}>
      counter
    </Link>
  )
}
