import { expect, test } from 'vitest'
import { repliesOf } from '../../src/stores/upstash/replies.ts'

test('an answer is read: texts out of base64, also in lists, and the rest as it is', () => {
  const answer =
    '[{"result":"OK"},{"result":["YQ==",["OK",null,-2]]},{"result":null},{"result":""},{"result":9007199254740991}]'
  expect(repliesOf(200, answer, 5)).toEqual(['OK', ['a', ['OK', null, -2]], null, '', 9007199254740991])
})

test('the error of a command stands in its place', () => {
  const [error, next] = repliesOf(200, '[{"error":"WRONGTYPE of YQ=="},{"result":1}]', 2)
  expect(error).toEqual(new Error('WRONGTYPE of YQ=='))
  expect(next).toBe(1)
})

const BROKEN: [number, string][] = [
  [200, ''],
  [200, '[{"result":"YQ=='],
  [200, '<html></html>'],
  [200, 'null'],
  [200, '"OK"'],
  [200, '{"result":"YQ=="}'],
  [200, '{"error":"ERR"}'],
  [200, '[]'],
  [200, '[{"result":1},{"result":1}]'],
  [200, '[null]'],
  [200, '["YQ=="]'],
  [200, '[{}]'],
  [200, '[{"error":5}]'],
  [200, '[{"result":true}]'],
  [200, '[{"result":{"a":"YQ=="}}]'],
  [200, '[{"result":"$raw text"}]'],
  [200, '[{"result":["a","$1"]}]'],
  [204, ''],
  [206, '[{"result":1}]'],
  [301, '[{"result":1}]'],
  [400, '[{"result":1}]'],
  [429, '[{"result":null}]'],
  [500, '[{"result":[]}]'],
]

test.each(BROKEN)('%i with %s is an error, and no reply', (status, text) => {
  expect(() => repliesOf(status, text, 1)).toThrow(Error)
})

test('a refusal keeps the words of Redis, and the status', () => {
  const refusal = (status: number, text: string): unknown => {
    try {
      return repliesOf(status, text, 1)
    } catch (error) {
      return { ...(error as object), message: (error as Error).message }
    }
  }
  expect(refusal(400, '{"error":"EXECABORT nothing done"}')).toEqual({
    code: 'HTTP_400',
    message: 'EXECABORT nothing done',
  })
  expect(refusal(502, '<html></html>')).toEqual({ code: 'HTTP_502', message: '' })
})
