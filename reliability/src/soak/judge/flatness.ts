import { type GaugeKind, growthLimits } from "./limits.ts"
import { medianOf, type Reading, slopeOf } from "./slope.ts"

/** A gauge over a run, as it is judged. */
export interface Series {
  readonly name: string
  readonly kind: GaugeKind
  readonly readings: readonly Reading[]
}

export interface Flatness {
  readonly name: string
  readonly kind: GaugeKind
  readonly median: number
  readonly max: number
  /** By how much it rose over the judged part, by its fitted slope; and by how much it may. */
  readonly growth: number
  readonly allowed: number
  readonly flat: boolean
}

/** The part of a run that is not judged: processes compile, pools and caches fill, retention begins. */
export const WARM_UP_SHARE = 0.3

/** Judges a gauge by its slope after the warm-up. Nothing was measured: not flat, for nothing was shown. */
export function flatness({ name, kind, readings }: Series): Flatness {
  const lengthMs = readings.at(-1)?.atMs ?? 0
  const warm = readings.filter(({ atMs }) => atMs >= lengthMs * WARM_UP_SHARE)
  const values = warm.map(({ value }) => value)
  const median = medianOf(values)
  const growth = slopeOf(warm) * (lengthMs - (warm[0]?.atMs ?? lengthMs))
  const { share, floor } = growthLimits[kind]
  const allowed = floor + share * median
  return {
    name,
    kind,
    median,
    max: Math.max(...values, 0),
    growth,
    allowed,
    flat: warm.length > 1 && growth <= allowed,
  }
}
