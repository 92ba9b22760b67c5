import { events } from '@/lib/session'

export const { GET } = events()
