import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { isSessionError } from '../../src/core/errors.ts'
import { resolveOptions } from '../../src/core/options.ts'
import { Sessions, settingsOf } from '../../src/core/sessions.ts'
import { memoryStore } from '../../src/stores/memory.ts'

const KEY = 'kQ3s0hFv7m2bWcJxT1dZ8nYpLr5uEaGi4oVtXwHzBMA'
const OTHER = 'Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE'

describe('the option encryption', () => {
  const BAD: [string, unknown, RegExp][] = [
    ['is a key', KEY, /encryption: expected \{ keys/],
    ['is null', null, /encryption: expected \{ keys/],
    ['is a list', [KEY], /encryption: expected \{ keys: \[…\] \}/],
    ['has another name in it', { key: KEY, keys: [KEY] }, /encryption\.key: there is no such option/],
    ['has no keys', {}, /encryption\.keys: expected a list of keys; the first encrypts/],
    ['has a key for the list', { keys: KEY }, /encryption\.keys: expected a list/],
    ['has an empty list', { keys: [] }, /encryption\.keys: expected a list/],
    ['lacks an environment variable', { keys: [undefined] }, /keys\[0\]: expected at least 32.*openssl rand/],
    ['has a short key', { keys: [KEY, KEY.slice(2)] }, /keys\[1\]: expected at least 32 random bytes/],
    [
      'has a phrase for a key',
      { keys: ['correct horse battery staple correct horse b'] },
      /keys\[0\]: expected/,
    ],
    ['has a number for a key', { keys: [42] }, /keys\[0\]: expected/],
    ['has a key twice', { keys: [KEY, OTHER, `${KEY}=`] }, /keys\[2\]: is in the list already/],
  ]
  test.each(BAD)('that %s is refused, and the text shows no key', (_, given, text) => {
    let error: unknown
    try {
      resolveOptions({ encryption: given as never })
    } catch (thrown) {
      error = thrown
    }
    expect(isSessionError(error, 'ERR_OPTION_INVALID')).toBe(true)
    expect(String(error)).toMatch(text)
    expect(inspect(error, { depth: 9 })).not.toContain(KEY.slice(2))
  })

  test('takes keys as base64, base64url and hex', () => {
    const bytes = Buffer.alloc(32, 0xfb)
    for (const encoding of ['base64', 'base64url', 'hex'] as const)
      expect(resolveOptions({ encryption: { keys: [bytes.toString(encoding)] } }).sealer).not.toBeNull()
    expect(resolveOptions({}).sealer).toBeNull()
    expect(resolveOptions({ encryption: undefined }).sealer).toBeNull()
  })

  test('leaves no key where settings are printed', () => {
    const settings = settingsOf(new Sessions({ encryption: { keys: [KEY] }, secret: KEY }, memoryStore()))
    const [a, b, c] = Buffer.from(KEY, 'base64url')
    const shown = inspect(settings, { depth: 9, showHidden: true }) + JSON.stringify(settings)
    for (const text of [KEY, '910dec', `"0":${a}`]) expect(shown).not.toContain(text)
    expect(shown).not.toMatch(new RegExp(`${a},\\s+${b},\\s+${c}|91 0d ec`))
  })
})
