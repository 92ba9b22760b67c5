declare global {
  interface Window {
    seen?: string[]
  }
}

/** Notes what was rendered, also what the browser never painted. */
export function noteSeen(text: string): void {
  if (typeof window !== 'undefined') (window.seen ??= []).push(text)
}
