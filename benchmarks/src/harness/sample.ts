/** What went wrong with the messages of a round: counted for every subject, peers included. */
export interface Faults {
  readonly lost: number
  readonly doubled: number
  readonly outOfOrder: number
}

export const noFaults: Faults = { lost: 0, doubled: 0, outOfOrder: 0 }

/** What one round of one subject measured. */
export interface Sample {
  /** In the unit of its bench. */
  readonly value: number
  /** How many operations the value rests on. */
  readonly operations: number
  readonly faults: Faults
  /** Anything else worth keeping beside the value: percentiles, refused calls. */
  readonly facts: Readonly<Record<string, number>>
}
