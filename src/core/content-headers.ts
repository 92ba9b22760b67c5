/**
 * Which headers go when an error is sent in place of what the application meant to send.
 *
 * @module
 */

const OF_CONTENT =
  /^(content-(?!security-policy)|(set-cookie|location|refresh|etag|last-modified|expires|age|accept-ranges|transfer-encoding|trailer|clear-site-data|cache-control)$)/

/** Whether a header has no place in an error that is sent instead. */
export function isOfContent(name: string): boolean {
  return OF_CONTENT.test(name.toLowerCase())
}
