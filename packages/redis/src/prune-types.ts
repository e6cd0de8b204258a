import { type Instant, replayAfterTypeLeaves, typesThatLeave } from "@millrace/core/backend"

import { eachReplay } from "./each-replay.ts"
import type { GroupState } from "./group-state.ts"

/** Lets the types leave a group that no live process wants any more. */
export function pruneTypes(group: GroupState, now: Instant): void {
  const types = [...group.types].map(([type, { wantedAt }]) => ({ type, wantedAt }))
  for (const type of typesThatLeave(types, { groupHeardAt: group.heardAt, now })) {
    const since = group.types.get(type)?.since ?? 0
    group.types.delete(type)
    keepLanesApart(group)
    eachReplay(group, (replay, gotTo) => replayAfterTypeLeaves(replay, { type, since, gotTo }))
  }
}

/** A stream with an open lane has not got as far as its partition: its own row remembers that, also when the lane has closed. */
function keepLanesApart(group: GroupState): void {
  for (const at of group.partitions) {
    for (const { key, single, replay } of at.lanes.values()) if (!single && !at.rows.has(key)) at.rows.set(key, replay)
  }
}
