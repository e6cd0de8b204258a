/** The middle of some figures, and how far they spread. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError("spreadOf needs at least one value")
  const sorted = values.toSorted((a, b) => a - b)
  return { median: quantile(sorted, 0.5), min: quantile(sorted, 0), max: quantile(sorted, 1) }
}

/** The value below which a share of the values lies, between neighbours in proportion. `sorted` is in rising order. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share
  const below = sorted[Math.floor(at)]
  const above = sorted[Math.ceil(at)]
  if (below === undefined || above === undefined) throw new RangeError("quantile needs at least one value")
  return below + (above - below) * (at - Math.floor(at))
}

/** Between which figures a median lies. */
export interface Interval {
  readonly low: number
  readonly high: number
}

/** Standard deviations on either side within which 95 % of a normal distribution lies. */
const SURE = 1.96

/**
 * Between which two of some figures the median of what they were drawn from lies, in 95 of 100 cases: nothing is supposed of how they are distributed, only
 * that each was as likely to come out above that median as below. `undefined` where they are too few to say.
 */
export function medianInterval(values: readonly number[]): Interval | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  const outside = Math.floor((sorted.length - SURE * Math.sqrt(sorted.length)) / 2)
  const low = sorted[outside - 1]
  const high = sorted[sorted.length - outside]
  return outside < 1 || low === undefined || high === undefined ? undefined : { low, high }
}
