/** What became of a slice. */
export interface Delivered {
  /** Nothing else waits where it came from, and no claim was under way that may have passed over something because the slice was held. */
  readonly quiet: boolean
}
