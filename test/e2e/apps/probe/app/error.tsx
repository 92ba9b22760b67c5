'use client'

export default function Failed({ error }: { error: Error & { digest?: string } }) {
  return (
    <p>
      digest: <b id="digest">{error.digest}</b> message: <i id="message">{error.message}</i>
    </p>
  )
}
