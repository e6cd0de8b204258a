import type { Claim } from "./bench.ts"
import type { Sample } from "./sample.ts"
import { type Spread, spreadOf } from "./statistics.ts"

/** A claim with what was measured. */
export interface Judged extends Spread {
  readonly claim: Claim
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
  const spread = spreadOf(of.map((value, round) => value / (to[round] ?? Number.NaN)))
  return { claim, ...spread, met: spread.median >= claim.bar }
}

function valuesOf(subject: string, samples: Samples): readonly number[] {
  const found = samples.get(subject)
  if (found === undefined) throw new Error(`no subject named ${subject} was measured`)
  return found.map((sample) => sample.value)
}

/** The line a claim is known by: `ratio NAME V (bar ≥ B)` or `limit NAME V (bar ≤ B)`. */
export function claimLine({ claim, median, min, max, met }: Judged): string {
  const bar = `(bar ${claim.kind === "ratio" ? "≥" : "≤"} ${claim.bar})`
  return `${claim.kind} ${claim.name} ${figure(median)} ${bar} · ${figure(min)}–${figure(max)} · ${met ? "met" : "MISSED"}`
}

/** A figure with three digits that count. */
export function figure(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en")
  return String(Number(value.toPrecision(3)))
}
