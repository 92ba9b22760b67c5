const browsers = ['Edg', 'Firefox', 'Chrome', 'Safari']
const systems = ['Windows', 'Android', 'iPhone', 'iPad', 'Mac OS', 'Linux']

/** A name for the device, for its owner to recognise: "Chrome on Linux". */
export function deviceName(userAgent: string | null): string {
  const find = (names: string[]) => names.find((name) => userAgent?.includes(name))
  return `${find(browsers)?.replace('Edg', 'Edge') ?? 'A browser'} on ${find(systems) ?? 'an unknown system'}`
}
