import type { Quantiles, Sample } from "../gauges/sample.ts"

/** Some samples in a row, as one point of a plot: the worst of each. */
export interface Window {
  readonly fromMs: number
  readonly stored: Quantiles
  readonly handled: Quantiles
  readonly lag: number
}

/** Puts samples together so that no more than `most` points are left. */
export function windows(samples: readonly Sample[], most: number): readonly Window[] {
  const size = Math.max(1, Math.ceil(samples.length / most))
  return Array.from({ length: Math.ceil(samples.length / size) }, (_, at): Window => {
    const own = samples.slice(at * size, (at + 1) * size)
    return {
      fromMs: own[0]?.atMs ?? 0,
      stored: worst(own.map(({ stored }) => stored)),
      handled: worst(own.map(({ handled }) => handled)),
      lag: Math.max(...own.map(({ stats }) => stats.lag.reduce((sum, [, messages]) => sum + messages, 0))),
    }
  })
}

function worst(all: readonly Quantiles[]): Quantiles {
  const most = (read: (one: Quantiles) => number): number => Math.max(...all.map(read))
  return {
    count: all.reduce((sum, { count }) => sum + count, 0),
    p50: most(({ p50 }) => p50),
    p99: most(({ p99 }) => p99),
    max: most(({ max }) => max),
  }
}
