import { get } from '../lib/edge'

export const runtime = 'edge'

export default async function Profile() {
  return <p id="name">{(await get('name')) ?? 'nobody'}</p>
}
