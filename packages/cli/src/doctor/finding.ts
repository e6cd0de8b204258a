/** Something `doctor` looked at. */
export interface Finding {
  readonly severity: "fine" | "warning" | "problem"
  readonly what: string
  /** What to do about it. */
  readonly remedy?: string
  /** The consumer group that it is about. */
  readonly group?: string
  /** What processes have in hand of a group that hangs. */
  readonly inHand?: readonly InHand[]
}

/** A message that a process has been handling for too long. */
export interface InHand {
  readonly process: string
  /** Its stream (or key). */
  readonly key: string
  readonly position: number
  /** Since it was recorded. */
  readonly ageMs: number
}
