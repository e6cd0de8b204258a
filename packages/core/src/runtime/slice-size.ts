/** The fewest and the most messages a slice is asked to hold. */
export const SLICE_MIN = 1
export const SLICE_MAX = 1_000
/** What a group's first slice is asked to hold. */
const SLICE_FIRST = 64
/** How long handling one slice should take. */
const SLICE_AIM_MS = 1_000
/** How much a slice may grow over the one before. */
const GROWTH = 4

/** Fits each group's slices to its handler's speed: about a second of work each. */
export interface SliceSizes {
  of(group: string): number
  /** Learns from a slice: how many messages it held and how long they took. */
  learn(group: string, messages: number, tookMs: number): void
}

export function sliceSizes(): SliceSizes {
  const sizes = new Map<string, number>()
  return {
    of: (group) => sizes.get(group) ?? SLICE_FIRST,
    learn(group, messages, tookMs) {
      if (messages === 0) return
      const before = sizes.get(group) ?? SLICE_FIRST
      const fits = Math.floor((SLICE_AIM_MS * messages) / Math.max(tookMs, 1))
      sizes.set(group, Math.max(SLICE_MIN, Math.min(fits, before * GROWTH, SLICE_MAX)))
    },
  }
}
