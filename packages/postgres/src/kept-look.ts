import type { ClaimRequest, GroupWant, Owner } from "@millrace/core/backend"

import type { GroupLook, LanesDue, Waiting } from "./look.ts"

/** What could be claimed, as a look saw it. The lower its position, the needier it is; what a process of the same name held before comes first. */
export interface Candidate {
  readonly group: GroupLook
  readonly position: number
  readonly before: boolean
  readonly what:
    | { readonly kind: "partition"; readonly waiting: Waiting }
    | { readonly kind: "lanes"; readonly due: LanesDue }
}

/** What is left of a look: others of this process may go on with it. */
export interface KeptLook {
  /** Takes the neediest of the groups asked for (or, after a loss, one of the neediest) out of what is left. */
  next(
    request: Pick<ClaimRequest, "groups">,
    lost: boolean,
  ): { readonly candidate: Candidate; readonly want: GroupWant } | undefined
  /** Takes further partitions of a group out of what is left, at most so many: those in whose way nothing stands. */
  more(group: GroupLook, most: number, fits: (waiting: Waiting) => boolean): readonly Waiting[]
  /** Whether nothing is left of it. */
  empty(): boolean
  /** Whether it is for this owner, and young enough to go by. */
  serves(owner: Owner): boolean
  /** Whether it found so much that it was kept. */
  readonly large: boolean
}

/** From how many candidates a look is kept: it costs as much as all of them, and a claim takes one. Below, each claim looks anew. */
const KEPT_FROM = 2

/**
 * For how many times as long as it took a look is kept, and for how long at least and at most. What it saw is taken unchanged or not at all; only what has become
 * needier since has to wait that long.
 */
const KEPT_TIMES = 8
const KEPT_MIN_MS = 20
const KEPT_MAX_MS = 1_000

/** Among how many of the neediest a claim picks after it lost one: another process is likely after the next one too. */
const SPREAD = 8

export function keepLook(candidates: readonly Candidate[], owner: Owner, tookMs: number): KeptLook {
  const large = candidates.length >= KEPT_FROM
  const until = large ? performance.now() + Math.min(Math.max(tookMs * KEPT_TIMES, KEPT_MIN_MS), KEPT_MAX_MS) : 0
  const left = candidates.toSorted((a, b) => (a.before === b.before ? a.position - b.position : a.before ? -1 : 1))
  return {
    large,
    next({ groups }, lost) {
      const wants = new Map(groups.map((want) => [want.group, want]))
      const from = lost ? Math.floor(Math.random() * Math.min(left.length, SPREAD)) : 0
      for (let at = from; at < left.length; at += 1) {
        const candidate = left[at]
        const want = candidate === undefined ? undefined : wants.get(candidate.group.row.name)
        if (candidate === undefined || want === undefined || !fits(candidate, want)) continue
        left.splice(at, 1)
        return { candidate, want }
      }
      return from === 0 ? undefined : this.next({ groups }, false)
    },
    more(group, most, fits) {
      const found: Waiting[] = []
      for (let at = 0; at < left.length && found.length < most;) {
        const what = left[at]?.group === group ? left[at]?.what : undefined
        if (what?.kind !== "partition" || !fits(what.waiting)) {
          at += 1
          continue
        }
        left.splice(at, 1)
        found.push(what.waiting)
      }
      return found
    },
    empty: () => left.length === 0,
    serves: (other) =>
      left.length > 0 &&
      performance.now() < until &&
      other.processName === owner.processName &&
      other.bootId === owner.bootId,
  }
}

/** Whether a process that handles these types may be given what waits there. */
function fits({ what }: Candidate, want: GroupWant): boolean {
  return what.kind === "lanes" || want.types.includes(what.waiting.type)
}
