import { decodeFromCompressedBase64, type Histogram } from "hdr-histogram-js"

import { newHistogram } from "../member/latencies.ts"
import type { Quantiles } from "./sample.ts"

const MICROSECONDS = 1_000

/** The histograms of several processes as one. */
export function together(encoded: readonly string[]): Histogram {
  const all = newHistogram()
  for (const one of encoded) all.add(decodeFromCompressedBase64(one))
  return all
}

export function quantilesOf(histogram: Histogram): Quantiles {
  const at = (percentile: number): number => histogram.getValueAtPercentile(percentile) / MICROSECONDS
  return { count: histogram.totalCount, p50: at(50), p99: at(99), max: histogram.maxValue / MICROSECONDS }
}
