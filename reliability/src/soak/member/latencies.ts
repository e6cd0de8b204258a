import { build, encodeIntoCompressedBase64, type Histogram } from "hdr-histogram-js"

const DIGITS = 2
const MICROSECONDS = 1_000

/** Latencies since they were last taken, as an HDR histogram. */
export interface Latencies {
  /** Notes how long ago this instant is. */
  since(instant: number): void
  take(): string
}

export function newHistogram(): Histogram {
  return build({ numberOfSignificantValueDigits: DIGITS })
}

/** Milliseconds of the machine's clock, with fractions. */
export function instantNow(): number {
  return performance.timeOrigin + performance.now()
}

export function latencies(): Latencies {
  const histogram = newHistogram()
  return {
    since(instant) {
      histogram.recordValue(Math.max(1, Math.round((instantNow() - instant) * MICROSECONDS)))
    },
    take() {
      const encoded = encodeIntoCompressedBase64(histogram)
      histogram.reset()
      return encoded
    },
  }
}
