/**
 * Comparing variants in one run. Machines are shared and noisy: only ratios between
 * variants that took turns mean something.
 *
 * @module
 */

/** One way to do the work: runs `count` operations. */
export interface Variant {
  name: string
  run: (count: number) => Promise<void>
}

/** Microseconds per operation of each variant: the median over rounds in which they take turns. */
export async function compare(
  variants: readonly Variant[],
  count: number,
  rounds = 7,
): Promise<Map<string, number>> {
  const times = new Map(variants.map(({ name }) => [name, [] as number[]]))
  for (const { run } of variants) await run(Math.ceil(count / 4))
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? variants : variants.toReversed()
    for (const { name, run } of order) {
      const start = performance.now()
      await run(count)
      times.get(name)?.push(((performance.now() - start) * 1000) / count)
    }
  }
  return new Map([...times].map(([name, all]) => [name, median(all)]))
}

/** Runs `count` operations, `width` of them at a time. */
export async function inParallel(
  count: number,
  width: number,
  operation: (i: number) => Promise<unknown>,
): Promise<void> {
  let next = 0
  async function lane(): Promise<void> {
    while (next < count) await operation(next++)
  }
  await Promise.all(Array.from({ length: width }, lane))
}

/** One line of a result, with the target it is held against. */
export function report(what: string, value: number, target: string, unit = '×'): void {
  console.log(`${what.padEnd(76)} ${value.toFixed(2).padStart(7)} ${unit.padEnd(3)} (target ${target})`)
}

/** The middle one. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}
