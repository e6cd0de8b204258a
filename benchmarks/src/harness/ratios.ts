import type { Claim } from "./bench.ts"

/** By how much Millrace must be faster than each other contender of a bench, at least. */
export type Bars = Readonly<Record<string, number>>

/** The claims of a bench's bars, each named `<bench>-to-<contender>`. */
export function ratios(bench: string, bars: Bars): readonly Claim[] {
  return Object.entries(bars).map(([to, bar]) => ({
    kind: "ratio",
    name: `${bench}-to-${to}`,
    of: "millrace",
    to,
    bar,
  }))
}
