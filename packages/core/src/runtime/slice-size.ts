/** The fewest and the most messages a slice is asked to hold. */
export const SLICE_MIN = 1
export const SLICE_MAX = 1_000
/** What a group's first slice is asked to hold. */
const SLICE_FIRST = 64
/** How long handling one slice should take. */
const SLICE_AIM_MS = 1_000
/** How much a slice may grow over the one before. */
const GROWTH = 4

/** How much of what one settle may bring a slice is to answer with: the next may ask for more than the last. */
const EFFECTS_SHARE = 0.5

/** How a slice went. */
export interface SliceCourse {
  /** The messages it held, and how long it took. */
  readonly messages: number
  /** About how many bytes of memory one of them takes. */
  readonly meanBytes: number
  readonly tookMs: number
  /** Messages handled, what they asked to be written, and how much of that one settle may bring. */
  readonly handled: number
  readonly effects: number
  readonly maxEffects: number
}

/** Fits each group's slices to its handler: about a second of work each, no more effects than fit into one settle, and no more than a process can hold. */
export interface SliceSizes {
  of(group: string): number
  learn(group: string, course: SliceCourse): void
}

/** `sliceBytes`: about how many bytes of memory a slice should hold at most. */
export function sliceSizes(sliceBytes: number): SliceSizes {
  const sizes = new Map<string, number>()
  return {
    of: (group) => sizes.get(group) ?? SLICE_FIRST,
    learn(group, { messages, meanBytes, tookMs, handled, effects, maxEffects }) {
      if (messages === 0) return
      const before = sizes.get(group) ?? SLICE_FIRST
      const fits = Math.floor((SLICE_AIM_MS * messages) / Math.max(tookMs, 1))
      const settles = Math.floor((EFFECTS_SHARE * maxEffects * handled) / Math.max(effects, 1))
      const most = effects === 0 ? SLICE_MAX : Math.min(settles, SLICE_MAX)
      const holds = Math.floor(sliceBytes / Math.max(meanBytes, 1))
      sizes.set(group, Math.max(SLICE_MIN, Math.min(fits, before * GROWTH, most, holds)))
    },
  }
}
