import { sessions } from '../../../lib/session'

export const { GET } = sessions.events()
