import type { GroupWant, Position } from "@millrace/core/backend"

import type { GroupState, Lane, PartitionState } from "./group-state.ts"

/** Something that may be leased now. */
export type Candidate = {
  readonly group: GroupState
  readonly want: GroupWant
  readonly at: PartitionState
  /** Whether a process of the asking one's name holds an expired lease of it. */
  readonly ownBefore: boolean
  readonly oldest: Position
} & ({ readonly kind: "partition" } | { readonly kind: "lanes"; readonly first: Lane })

/** Whether a process lacks nothing of what a lane may hold: then no message needs to be looked at to know. The type of a message that a trim has left to it may have left its group. */
export function handlesAll(group: GroupState, { kept }: Lane, { types }: GroupWant): boolean {
  return (
    [...group.types.keys()].every((type) => types.includes(type)) && (kept === undefined || types.includes(kept.type))
  )
}
