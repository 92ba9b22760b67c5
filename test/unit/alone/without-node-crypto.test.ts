import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createToken, identify } from '../../../src/core/record/token.ts'

beforeEach(() => {
  vi.resetModules()
  vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never)
})
afterEach(() => void vi.restoreAllMocks())

test('key and id are the same with WebCrypto as with the crypto of Node', async () => {
  const token = createToken()
  const expected = await identify(token)
  const fresh = await import('../../../src/core/record/token.ts')
  const answer = fresh.identify(token)
  expect(answer).toBeInstanceOf(Promise)
  expect(await answer).toEqual(expected)
  expect(await fresh.idOfKey(expected.key)).toBe(expected.id)
})

test('a secret is refused, and a token needs none', async () => {
  const { resolveSecret } = await import('../../../src/core/browser/signature.ts')
  const token = createToken()
  expect(() => resolveSecret('a'.repeat(43), 'app')).toThrow(/secret: this runtime has no node:crypto/)
  expect(resolveSecret(undefined, 'app').read(token)).toBe(token)
})
