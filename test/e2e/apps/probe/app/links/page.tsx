import Link from 'next/link'

export default function Links() {
  return Array.from({ length: 10 }, (_, i) => (
    <p key={i}>
      <Link href={`/item/${i}`}>item {i}</Link>
    </p>
  ))
}
