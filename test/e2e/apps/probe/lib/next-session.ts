import nextSession from 'sojourn/next-session'
import { sqliteStore } from 'sojourn/stores/sqlite'

/** As an application has it that came from next-session. */
export const getSession = nextSession({ name: 'old', store: sqliteStore() })
