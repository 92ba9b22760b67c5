/**
 * What makes browsers lose or share the cookie without a word: said once, in the log.
 *
 * Nothing is decided by it, so the headers of a proxy may be believed.
 *
 * @module
 */

import type { CookieChannel } from './channel.ts'
import type { CookieSettings } from './cookie.ts'
import { printable } from '../quoted.ts'
import { environment } from '../runtime.ts'
import { LOOPBACK, readerOf, type CheckedRequest } from './same-origin.ts'
import { warnOnce } from '../warn.ts'

/** Browsers send it to https and, but for Safari, to localhost. */
const SIGN_OF_TRUST = 'sec-fetch-site'
/** Two may be a restart: each browser comes with a token of before. */
const MANY_STRANGERS = 3

const strangers = new Set<string>()

/** Looks whether the browser will keep the cookie that it is sent. */
export function checkScheme({ request }: CookieChannel, cookie: CookieSettings): void {
  if (request === undefined) return
  const read = readerOf(request.headers)
  const browser = read('user-agent') ?? ''
  // Robots call themselves so too, and keep no cookie.
  if (!browser.startsWith('Mozilla/') || /compatible;|bot\b/i.test(browser)) return
  const proto = isEncrypted(request) ? 'https' : read('x-forwarded-proto')?.split(',', 1)[0]?.trim()
  const host = read('host') ?? ''
  const isTrusted = read(SIGN_OF_TRUST) !== null
  const isLost = !LOOPBACK.test(host) || (/Safari\//.test(browser) && !/Chrom/.test(browser))
  if (cookie.secure && !isTrusted && proto !== 'https' && isLost)
    warnOnce(() => lostOverHttp(host, cookie.name), 'SOJOURN_SECURE_COOKIE_OVER_HTTP')
  const isHttps = proto === 'https' || (isTrusted && !LOOPBACK.test(host))
  if (!cookie.secure && isHttps && isServing())
    warnOnce(() => insecure(host, cookie.name), 'SOJOURN_INSECURE_COOKIE')
}

/** Whether the request came to this very server over https. */
function isEncrypted(request: CheckedRequest): boolean {
  const { socket } = request as { socket?: { encrypted?: boolean } }
  return socket?.encrypted === true || request.url?.startsWith('https:') === true
}

/** Notes that a request brought a token that the store knows nothing of. */
export function noteStranger({ request }: CookieChannel, key: string, name: string): void {
  if (request === undefined || strangers.size >= MANY_STRANGERS || !isDevelopment()) return
  const host = readerOf(request.headers)('host') ?? ''
  if (!LOOPBACK.test(host)) return
  strangers.add(key)
  if (strangers.size >= MANY_STRANGERS) warnOnce(() => shared(host, name), 'SOJOURN_SHARED_COOKIE_NAME')
}

function lostOverHttp(host: string, name: string): string {
  return `A browser asked http://${shown(host)} for a page and was sent the cookie "${name}", which is Secure. Browsers drop it there: they keep such cookies for https alone, and all but Safari for localhost. So every request will be a new visitor's. Serve https; or, to try a production build without it, set cookie: { secure: false }. If a proxy in front speaks https, let it send X-Forwarded-Proto: https.`
}

function insecure(host: string, name: string): string {
  return `The cookie "${name}" went to https://${shown(host)} without Secure, so it also goes over http, where others can read it. ${environment() === 'production' ? 'Leave out cookie.secure' : 'Set cookie: { secure: true }, or NODE_ENV=production, which does so by default'}.`
}

function shared(host: string, name: string): string {
  return `The application at ${shown(host)} keeps being sent tokens in the cookie "${name}" that it does not know. Browsers share the cookies of all ports of localhost, so another application there with a cookie of this name signs your visitors out, and this one signs out that one's. Give each a name of its own, such as cookie: { name: 'shop-sid' }.`
}

function shown(host: string): string {
  return printable(host, 100)
}

/** Where NODE_ENV is forgotten, too. */
function isServing(): boolean {
  return !['development', 'test'].includes(environment())
}

function isDevelopment(): boolean {
  return !['production', 'test'].includes(environment())
}
