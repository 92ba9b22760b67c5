/** @module Names that options have in other libraries, and what to write instead. */

const LIFETIME =
  "Write idle: '24h' for the time without a request, absolute: '30d' for the whole lifetime, persist: false for a cookie that ends with the browser."
const COOKIE = 'Write it in the option cookie:'
const BY_ITSELF = 'Leave it out:'

const LIFETIMES = [
  'age',
  'duration',
  'expiration',
  'expires',
  'expiresAt',
  'expiresIn',
  'lifetime',
  'maxAge',
  'ttl',
]
/** Where lifetimes are options. */
const LIVES = ['', 'login: ', 'rotate: ']

/** By what the option is called in errors. */
const INSTEAD: Readonly<Record<string, string>> = {
  'cookie.expires': `The cookie lasts as long as the session. Beside cookie, not in it: ${LIFETIME}`,
  'cookie.maxAge': `The cookie lasts as long as the session. Beside cookie, not in it: ${LIFETIME}`,
  absoluteTimeout: "Write absolute: '30d'.",
  idleTimeout: "Write idle: '24h'.",
  inactivityTimeout: "Write idle: '24h'.",
  updateAge: `${BY_ITSELF} requests move the idle deadline by themselves.`,
  rolling: `${BY_ITSELF} requests move the idle deadline by themselves.`,
  touchAfter: `${BY_ITSELF} requests move the idle deadline by themselves.`,
  resave: `${BY_ITSELF} only what was changed is stored.`,
  saveUninitialized: `${BY_ITSELF} nothing is stored before the first write.`,
  autoCommit: `${BY_ITSELF} each write is stored when its promise resolves.`,
  genid: `${BY_ITSELF} ids are random, and no option changes them.`,
  keys: 'To sign the cookie, write secret; to encrypt what is stored, encryption: { keys }.',
  password: 'To sign the cookie, write secret; to encrypt what is stored, encryption: { keys }.',
  cookieName: `${COOKIE} cookie: { name: 'shop-sid' }.`,
  cookieOptions: `${COOKIE} cookie: { sameSite: 'strict' }.`,
  name: `${COOKIE} cookie: { name: 'shop-sid' }.`,
  domain: `${COOKIE} cookie: { domain: 'example.com' }.`,
  path: `${COOKIE} cookie: { path: '/app' }.`,
  sameSite: `${COOKIE} cookie: { sameSite: 'strict' }.`,
  secure: `${COOKIE} cookie: { secure: true }.`,
  httpOnly: `${BY_ITSELF} the cookie always is.`,
  'cookie.httpOnly': `${BY_ITSELF} the cookie always is.`,
  'cookie.signed': 'To sign the cookie, write secret beside cookie.',
  client: 'Write store: redisStore(() => createClient({ url })).',
  redis: 'Write store: redisStore(() => createClient({ url })).',
}

/**
 * What to write instead of an option that there is not; `null` if its name tells nothing.
 * @param prefix what goes before the name in errors
 */
export function insteadOf(prefix: string, name: string): string | null {
  if (LIVES.includes(prefix) && LIFETIMES.includes(name)) return LIFETIME
  const option = prefix + name
  return Object.hasOwn(INSTEAD, option) ? (INSTEAD[option] ?? null) : null
}
