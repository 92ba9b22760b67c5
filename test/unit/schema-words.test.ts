/** What errors of a schema say: which key and why, and nothing of the data. */

import { expect, test } from 'vitest'
import { checkWrite } from '../../src/core/schema/check-write.ts'
import { isSessionError } from '../../src/core/errors.ts'
import type { PlainData } from '../../src/core/data.ts'
import type { StandardSchema } from '../../src/core/schema/schema.ts'

const SECRET = 'hunter2-secret'

function schemaOf(validate: (data: PlainData) => unknown): StandardSchema {
  return { '~standard': { version: 1, vendor: 'own', validate: validate as never } }
}

async function textOf(validate: (data: PlainData) => unknown, value: unknown): Promise<string> {
  const work = async (): Promise<unknown> => checkWrite(schemaOf(validate), { a: value }, ['a'])
  const error = await work().catch((thrown: unknown) => thrown)
  if (!isSessionError(error, 'ERR_VALUE_INVALID')) throw new Error('another answer', { cause: error })
  return error.message
}

const issue = (message: string, path?: unknown[]): object => ({ issues: [{ message, path }] })
const fail = (error: Error): never => {
  throw error
}

test.for<[string, unknown, (data: PlainData) => unknown]>([
  ['a value in the path', SECRET, (data) => issue('dup', ['a', data['a']])],
  ['a value as the path', SECRET, (data) => issue('dup', [data['a']])],
  ['a key in the path', { 'ann@x.com': 1 }, () => issue('dup', ['a', 'ann@x.com'])],
  ['a key in the words', { 'ann@x.com': 1 }, () => issue('key ann@x.com', ['a'])],
  [
    'a value in percent-encoding',
    'hünter ß',
    (data) => issue(`got ${encodeURIComponent(data['a'] as string)}`),
  ],
  ['an error with the value', SECRET, (data) => fail(new Error(`cannot parse ${String(data['a'])}`))],
  ['a late error', SECRET, async (data) => fail(new Error(`cannot parse ${String(data['a'])}`))],
  ['a long error of control characters', SECRET, () => fail(new Error('\u001b[2J'.repeat(5000)))],
])('%s is not told', async ([, value, validate]) => {
  const text = await textOf(validate, value)
  // oxlint-disable-next-line no-control-regex -- that is what must not be there
  expect(text).not.toMatch(/hunter2|ann@x|h%C3|hünter|\u001b/)
  expect(text.length).toBeLessThan(600)
})

test('the path of an issue is told as far as the code names it', async () => {
  expect(await textOf(() => issue('Too small', ['a', 'items', 0, 'price']), { items: [{ price: 7 }] })).toBe(
    'The schema refused "a.items.0.price": Too small. Nothing was stored.',
  )
})

test.for([null, undefined, 5, {}, { value: null }, { issues: 'no' }])(
  'an answer that is none, %j, is an error that says so',
  async (answer) => {
    expect(await textOf(() => answer, 1)).toMatch(/answered neither data nor issues/)
    expect(await textOf(async () => answer, 1)).toMatch(/answered neither data nor issues/)
  },
)
