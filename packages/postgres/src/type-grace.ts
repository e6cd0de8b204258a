import { replayAfterTypeLeaves, typesThatLeave } from "@millrace/core/backend"

import type { LockedLog } from "./change-group.ts"
import type { GroupRow } from "./group-rows.ts"
import { mapReplays } from "./map-replays.ts"
import { int, text } from "./row.ts"
import { deleteGroupType } from "./sql/delete-group-type.ts"
import { selectGroupTypes } from "./sql/select-group-types.ts"
import { selectHeardAt } from "./sql/select-heard-at.ts"

/** Lets the types leave a group that no live process wants any more. */
export async function pruneTypes({ on, now }: LockedLog, group: GroupRow): Promise<void> {
  const [heard] = await on.rows(selectHeardAt, group.id)
  const types = (await on.rows(selectGroupTypes, group.id)).map((row) => ({
    type: text(row[0]),
    since: int(row[1]),
    wantedAt: int(row[2]),
  }))
  const leaving = new Set(typesThatLeave(types, { groupHeardAt: int(heard?.[0]), now }))
  for (const { type, since } of types) {
    if (!leaving.has(type)) continue
    await on.count(deleteGroupType, group.id, type)
    await mapReplays(on, group, (replay, gotTo) => replayAfterTypeLeaves(replay, { type, since, gotTo }))
  }
}
