import { isSessionError } from 'sojourn/next'

/**
 * For what a page can do without, such as its theme: the fallback if the session store
 * is down. Everything else lets the error pass; error.tsx explains it.
 */
export async function optional<T>(reading: Promise<T>, fallback: T): Promise<T> {
  try {
    return await reading
  } catch (error) {
    if (isSessionError(error) && error.status === 503) return fallback
    throw error
  }
}
