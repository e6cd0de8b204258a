import type { Position } from "@millrace/core/backend"

/** What this object last took of a partition. */
interface Taken {
  readonly token: number
  /** The log's head then, or above it what was handed out: nobody had anything above it. */
  readonly upto: Position
}

/** Knows above which position nothing of a partition was ever handed out. Holds as much as there are groups and partitions. */
export interface HandedOut {
  /** Notes that a partition was taken, under this token. Answers above which position nothing was handed out before, where nobody else has taken it since this object last did. */
  take(group: number, partition: number, taken: Taken): Position | undefined
}

export function createHandedOut(): HandedOut {
  const last = new Map<string, Taken>()
  return {
    take(group, partition, taken) {
      const key = `${group}/${partition}`
      const before = last.get(key)
      last.set(key, taken)
      return before?.token === taken.token - 1 ? before.upto : undefined
    },
  }
}
