/** By how much a gauge may rise over the judged part of a run, by its fitted slope: so much, and this share of its median. */
export interface GrowthLimit {
  readonly share: number
  readonly floor: number
  readonly why: string
}

const MEBIBYTE = 1024 * 1024

/** What rises for good is found by its slope, the sooner the longer the run: the report says how many bytes an order that would be. */
export const growthLimits = {
  heap: {
    share: 0.1,
    floor: 4 * MEBIBYTE,
    why: "after a collection of garbage; caches with a bound (actors' states, streams known, statements) still fill, and engines keep what they compile",
  },
  rss: {
    share: 0.2,
    floor: 32 * MEBIBYTE,
    why: "an allocator gives pages back late or never, so it rises in steps towards the largest need there was",
  },
  handles: { share: 0, floor: 2, why: "a connection that was lost and a file that is being replaced may overlap" },
  connections: { share: 0, floor: 2, why: "pools have grown to their size before" },
  lag: { share: 0, floor: 2, why: "in seconds of arrivals: workers may fall behind for a moment, not for good" },
  storage: {
    share: 0.25,
    floor: 32 * MEBIBYTE,
    why: "retention keeps a number of messages; room is given back and used again in blocks, and cleaned in turns",
  },
} as const satisfies Record<string, GrowthLimit>

export type GaugeKind = keyof typeof growthLimits
