import type { Claim } from "./bench.ts"
import type { Sample } from "./sample.ts"
import { type Interval, medianInterval, type Spread, spreadOf } from "./statistics.ts"

/** A claim with what was measured. */
export interface Judged extends Spread {
  readonly claim: Claim
  /** Where the claim is made surely: in which its median lies. */
  readonly interval?: Interval | undefined
  readonly met: boolean
}

/** The samples of each subject, in the order of the rounds. */
export type Samples = ReadonlyMap<string, readonly Sample[]>

/** Compares a claim with the rounds. */
export function judgeClaim(claim: Claim, samples: Samples): Judged {
  const of = valuesOf(claim.of, samples)
  if (claim.kind === "limit") {
    const spread = spreadOf(of)
    return { claim, ...spread, met: spread.median <= claim.bar }
  }
  const to = valuesOf(claim.to, samples)
  const ratios = of.map((value, round) => value / (to[round] ?? Number.NaN))
  const spread = spreadOf(ratios)
  if (claim.surely !== true) return { claim, ...spread, met: spread.median >= claim.bar }
  const interval = medianInterval(ratios)
  if (interval === undefined)
    throw new Error(`${claim.name} was measured in ${ratios.length} rounds: too few to be sure`)
  return { claim, ...spread, interval, met: interval.low >= claim.bar }
}

function valuesOf(subject: string, samples: Samples): readonly number[] {
  const found = samples.get(subject)
  if (found === undefined) throw new Error(`no subject named ${subject} was measured`)
  return found.map((sample) => sample.value)
}

/** The line a claim is known by: `ratio NAME V (bar ≥ B)` or `limit NAME V (bar ≤ B)`. */
export function claimLine({ claim, median, min, max, interval, met }: Judged): string {
  const bar = `(bar ${claim.kind === "ratio" ? "≥" : "≤"} ${claim.bar})`
  const between =
    interval === undefined ? "" : ` · median ${figure(interval.low, 4)}–${figure(interval.high, 4)} (95 %)`
  const middle = figure(median, interval === undefined ? 3 : 4)
  const verdict = verdictOf({ claim, interval, met })
  return `${claim.kind} ${claim.name} ${middle} ${bar} · ${figure(min)}–${figure(max)}${between} · ${verdict}`
}

/** A claim of which the interval holds the bar is not shown: neither met nor missed. */
export function verdictOf({ claim, interval, met }: Pick<Judged, "claim" | "interval" | "met">): string {
  if (met) return "met"
  return interval !== undefined && interval.high >= claim.bar ? "NOT SURE" : "MISSED"
}

/** A figure with three digits that count, or so many. */
export function figure(value: number, digits = 3): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en")
  return String(Number(value.toPrecision(digits)))
}
