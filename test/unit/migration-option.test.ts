import { expect, test } from 'vitest'
import { resolveOptions, type SessionOptions } from '../../src/core/options.ts'
import type { PlainData } from '../../src/core/data.ts'

const same = (data: PlainData): PlainData => data

const BAD: [string, unknown, RegExp][] = [
  ['migrate as a function', { migrate: () => ({}) }, /migrate: expected steps by version, such as \{ 1: /],
  ['migrate as a list', { version: 2, migrate: [] }, /migrate: expected steps by version/],
  [
    'a step from the version itself',
    { version: 2, migrate: { 2: same } },
    /step 2 leads .* version is 2\. Set version: 3, or/,
  ],
  [
    'a step without a version',
    { migrate: { 1: same } },
    /step 1 leads to version 2, but version is 1\. Set version: 2, or/,
  ],
  [
    'a step from version 0',
    { version: 2, migrate: { 0: same } },
    /"0" is no version\. .* starts from, such as 1/,
  ],
  ['a step from half a version', { version: 2, migrate: { 1.5: same } }, /"1\.5" is no version/],
  ['a step with a name', { version: 2, migrate: { v1: same } }, /"v1" is no version/],
  ['a step under another spelling', { version: 2, migrate: { '01': same } }, /"01" is no version/],
  ['a step that is no function', { version: 2, migrate: { 1: 'x' } }, /expected step 1 to be a function/],
]
test.each(BAD)('refuses %s, and says what to do', (_, options, message) => {
  expect(() => resolveOptions(options as SessionOptions)).toThrow(
    expect.objectContaining({
      code: 'ERR_OPTION_INVALID',
      message: expect.stringMatching(message) as string,
    }),
  )
})

test('takes steps from any version before, also none', () => {
  expect([...resolveOptions({ version: 4, migrate: { 3: same, 1: same } }).migrate.keys()]).toEqual([1, 3])
  expect(resolveOptions({ version: 4, migrate: {} }).migrate.size).toBe(0)
  expect(resolveOptions({ version: 4 }).migrate.size).toBe(0)
})
