import type { NextRequest } from 'next/server'
import { itemsFrom } from '../../../lib/items'

export function GET({ nextUrl: { searchParams } }: NextRequest) {
  const page = itemsFrom(Number(searchParams.get('from')), Number(searchParams.get('count')))
  return Response.json({ ...page, items: page.items.map((item) => ({ ...item, at: item.at.getTime() })) })
}
