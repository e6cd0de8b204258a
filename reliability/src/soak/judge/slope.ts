/** A reading of a gauge: when, in milliseconds, and what. */
export interface Reading {
  readonly atMs: number
  readonly value: number
}

/** More pairs would tell nothing new. */
const MOST_READINGS = 400

/**
 * How fast a gauge rises, by millisecond: the median of the slopes between all pairs of readings (Theil and Sen). A few readings far off, which any busy
 * machine has, do not move it; a steady rise does, however small. 0 for fewer than two.
 */
export function slopeOf(readings: readonly Reading[]): number {
  const step = Math.max(1, Math.ceil(readings.length / MOST_READINGS))
  const some = readings.filter((_, at) => at % step === 0)
  const slopes: number[] = []
  some.forEach((one, at) => {
    for (const other of some.slice(at + 1))
      if (other.atMs > one.atMs) slopes.push((other.value - one.value) / (other.atMs - one.atMs))
  })
  return medianOf(slopes)
}

/** 0 for none. */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2
}
