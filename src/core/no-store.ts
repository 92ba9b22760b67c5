/**
 * `Cache-Control` of a response that is one visitor's alone: no shared cache and no browser keeps
 * it (RFC 9111 section 5.2.2, OWASP ASVS 5.0 V14.3.2).
 *
 * @module
 */

/** See the module. */
export const NO_STORE = 'private, no-store'
