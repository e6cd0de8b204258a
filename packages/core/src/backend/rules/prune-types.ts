import type { Instant } from "../../message/ids.ts"
import { leaveTypes } from "./leave-types.ts"
import type { LoadedGroup } from "./loaded-group.ts"
import { typesThatLeave } from "./types-that-leave.ts"

/** Lets the types leave a group that no live process wants any more. The group itself says when each was last heard to be wanted. */
export function pruneTypes(group: LoadedGroup, now: Instant): void {
  const types = [...group.types].map(([type, { wantedAt }]) => ({ type, wantedAt }))
  leaveTypes(group, typesThatLeave(types, { groupHeardAt: group.heardAt, now }))
}
