import { get, set } from '../lib/session-store'

async function introduce() {
  'use server'
  await set('username', 'John Doe')
}

export default async function Page() {
  const username = await get('username')
  return (
    <form action={introduce}>
      <output>{username === null ? 'nobody' : JSON.stringify(username)}</output>
    </form>
  )
}
