import Link from 'next/link'

export default function NotFound() {
  return (
    <div className="sheet narrow">
      <h1>No such door</h1>
      <p>
        There is no page here. <Link href="/">Back to the shelf.</Link>
      </p>
    </div>
  )
}
