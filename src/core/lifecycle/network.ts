/**
 * The network of an address: enough to tell a list of sessions apart, too little to find a person.
 *
 * @module
 */

/**
 * `203.0.113.0/24` for `203.0.113.7`, `2001:db8:7::/48` for `2001:db8:7:1::1`; `null` for what is no
 * address. IPv4 that is written as IPv6 (`::ffff:203.0.113.7`, as Node shows it) counts as IPv4.
 */
export function networkOf(address: string): string | null {
  const v4 = /^(?:::ffff:)?(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/i.exec(address)
  if (v4 !== null) {
    const [a, b, c, d] = v4.slice(1).map(Number) as [number, number, number, number]
    return Math.max(a, b, c, d) > 255 ? null : `${a}.${b}.${c}.0/24`
  }
  const groups = groupsOf(address.replace(/%.*$/s, ''))
  if (groups === null) return null
  const prefix = groups.slice(0, 3)
  while (prefix.at(-1) === '0') prefix.pop()
  return `${prefix.join(':')}::/48`
}

/** The eight groups of an IPv6 address. The URL parser knows every way to write one. */
function groupsOf(address: string): string[] | null {
  if (!/^[\da-f:.]+$/i.test(address) || !URL.canParse(`http://[${address}]/`)) return null
  const [head = '', tail] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split('::')
  const before = head === '' ? [] : head.split(':')
  if (tail === undefined) return before
  const after = tail === '' ? [] : tail.split(':')
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => '0'), ...after]
}
