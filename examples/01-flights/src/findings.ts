/** What is wrong with a run, a sentence each. A run is sound when there is none. */
export interface Findings {
  /** Commands that are missing or have no event, and reactions without effect. */
  readonly lost: readonly string[]
  /** Commands, events and effects that are there more than once. */
  readonly twice: readonly string[]
  /** Versions that do not count up by one, departures that overtook each other, effects before their cause. */
  readonly outOfOrder: readonly string[]
  /** What is there and should not be, and figures that are not the data set's. */
  readonly differs: readonly string[]
  /** The figures compared, for people to read. */
  readonly figures: readonly Figure[]
}

/** One figure, by the data set, in the log and, where it is projected, in the projections. */
export interface Figure {
  readonly what: string
  readonly dataSet: number
  readonly log: number
  readonly projections?: number
}

/** Collects findings. */
export class FindingList implements Findings {
  readonly lost: string[] = []
  readonly twice: string[] = []
  readonly outOfOrder: string[] = []
  readonly differs: string[] = []
  readonly figures: Figure[] = []

  /** `found` is how often something is there that should be there once. */
  once(what: string, found: number): void {
    if (found === 0) this.lost.push(`${what}: missing`)
    if (found > 1) this.twice.push(`${what}: ${found} times`)
  }

  equal(what: string, found: number | undefined, expected: number): void {
    if (found !== expected) this.differs.push(`${what}: ${found ?? "nothing"}, by the data set ${expected}`)
  }
}

export function isSound({ lost, twice, outOfOrder, differs }: Findings): boolean {
  return lost.length + twice.length + outOfOrder.length + differs.length === 0
}
