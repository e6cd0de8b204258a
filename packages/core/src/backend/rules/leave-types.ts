import type { LoadedGroup, LoadedPartition } from "./loaded-group.ts"
import { mapReplays } from "./map-replays.ts"
import { replayAfterTypeLeaves } from "./replay-after-type-leaves.ts"

/** Lets types leave a group, which forgets them but for how far it had handled them. */
export function leaveTypes(group: LoadedGroup, types: readonly string[]): void {
  for (const type of types) {
    const since = group.types.get(type)?.since ?? 0
    group.types = new Map([...group.types].filter(([other]) => other !== type))
    keepLanesApart(group.partitions)
    mapReplays(group.partitions, (replay, gotTo) => replayAfterTypeLeaves(replay, { type, since, gotTo }))
  }
}

/** A stream with an open lane has not got as far as its partition: its own row remembers that, also when the lane has closed. */
function keepLanesApart(partitions: readonly LoadedPartition[]): void {
  for (const { lanes, rows } of partitions)
    for (const { key, single, replay } of lanes.values()) if (!single && !rows.has(key)) rows.set(key, replay)
}
