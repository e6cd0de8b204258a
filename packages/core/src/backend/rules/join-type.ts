import type { Instant, Position } from "../../message/ids.ts"
import type { LoadedGroup } from "./loaded-group.ts"
import { mapReplays } from "./map-replays.ts"
import { replayAfterTypeJoins } from "./replay-after-type-joins.ts"

/** Adds a type to a group that exists: from `since`, the head of this moment, on. */
export function joinType(
  group: LoadedGroup,
  type: string,
  { since, now }: { readonly since: Position; readonly now: Instant },
): void {
  const { start } = group
  group.types = new Map([...group.types, [type, { since, wantedAt: now }]])
  mapReplays(group.partitions, (replay) => replayAfterTypeJoins(replay, { type, start, since }))
}
