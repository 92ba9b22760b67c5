import { get, getAll, set } from '../../lib/session-store'

export async function POST() {
  await set('username', 'John Doe')
  await set('item', '1e5', 'cart')
  const username = await get('username')
  return Response.json({ username })
}

export async function GET() {
  const username = await get('username')
  return Response.json({
    username,
    all: await getAll(),
    cart: await getAll('cart'),
    none: await getAll('none'),
  })
}
