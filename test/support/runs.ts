/**
 * How many inputs the tests of properties try.
 *
 * @module
 */

/** As many as are asked for. Of those, `npm run test:unit` tries every tenth, and each run tries others. */
export function runs(all: number): number {
  return process.env['FEW_RUNS'] === '1' ? Math.ceil(all / 10) : all
}
