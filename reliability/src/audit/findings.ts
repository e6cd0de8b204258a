/** What can be wrong with what a run left. */
export const kinds = [
  "lost",
  "doubled",
  "reordered",
  "positions",
  "versions",
  "sums",
  "schedules",
  "progress",
  "leases",
  "lanes",
  "torn",
] as const

export type Kind = (typeof kinds)[number]

/** Something that must not be, as a sentence with its place in the log. */
export interface Finding {
  readonly kind: Kind
  readonly says: string
}

/** Notes a finding. */
export type Wrong = (kind: Kind, says: string) => void
