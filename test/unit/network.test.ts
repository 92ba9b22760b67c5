import fc from 'fast-check'
import { expect, test } from 'vitest'
import { networkOf } from '../../src/core/lifecycle/network.ts'
import { Sessions } from '../../src/core/sessions.ts'
import { memoryStore } from '../../src/stores/memory.ts'
import { anyText } from '../support/any-text.ts'
import { Browser } from '../support/browser.ts'
import { runs } from '../support/runs.ts'

test.each([
  ['203.0.113.7', '203.0.113.0/24'],
  ['255.255.255.255', '255.255.255.0/24'],
  ['::ffff:203.0.113.7', '203.0.113.0/24'],
  ['2001:db8:7:1::1', '2001:db8:7::/48'],
  ['2001:DB8:0:1:2:3:4:5', '2001:db8::/48'],
  ['fe80::1%eth0', 'fe80::/48'],
  ['1:2:3:4:5:6:7:8', '1:2:3::/48'],
  ['1:0:3::', '1:0:3::/48'],
  ['::1', '::/48'],
  ['::', '::/48'],
])('the network of %s is %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})

test.each([
  '',
  'localhost',
  '1.2.3',
  '1.2.3.256',
  '1.2.3.4, 5.6.7.8',
  '1:2',
  '12345::',
  '::1]/x',
  '[::1]',
  'a.b.c.d',
  '1.2.3.4:80',
])('%j is no address', (text) => {
  expect(networkOf(text)).toBeNull()
})

test('every address of a network has its name, and every text gives a name or none', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.nat(255), (address, last) => {
      expect(networkOf(address.replace(/\d+$/, String(last)))).toBe(networkOf(address))
    }),
  )
  fc.assert(
    fc.property(fc.ipV6(), (address) => {
      expect(networkOf(address)).toMatch(/^[\da-f:]*::\/48$|\/24$/)
    }),
  )
  fc.assert(
    fc.property(anyText(), (text) => {
      expect(networkOf(text) ?? '0.0.0.0/24').toMatch(/^[\da-f:.]+\/(24|48)$/)
    }),
    { numRuns: runs(10_000) },
  )
})

test('a list of sessions shows the network of an address, and the record holds no more of it', async () => {
  const metas: string[] = []
  const memory = memoryStore()
  const create = memory.create.bind(memory)
  memory.create = (key, record, lifetime) => {
    metas.push(record.meta)
    return create(key, record, lifetime)
  }
  const sessions = new Sessions({}, memory)
  for (const address of ['203.0.113.7', 'unknown', undefined]) {
    await new Browser(sessions).visit((session) => session.login('ann', { address }))
  }
  expect((await sessions.list('ann')).map(({ network }) => network)).toEqual(['203.0.113.0/24', null, null])
  expect(metas.join()).not.toContain('203.0.113.7')
  expect(metas.join()).not.toContain('unknown')
})
