/** The most tries that shortening a failing history takes. */
const TRIES = 1_500

/** The longest that it takes: a history that is told half shortened is worth more than a test that ran out of time. */
const MOST_MS = 45_000

/** Leaves out of a failing history whatever it fails without: halves first, then ever smaller pieces. */
export async function shorten<T>(
  steps: readonly T[],
  fails: (steps: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let shortest = steps
  let tries = 0
  const until = performance.now() + MOST_MS
  for (let size = Math.ceil(steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < shortest.length;) {
      const without = [...shortest.slice(0, from), ...shortest.slice(from + size)]
      tries += 1
      if (tries > TRIES || performance.now() > until) return shortest
      if (await fails(without)) shortest = without
      else from += size
    }
  }
  return shortest
}
