import { type Instant, replayAfterTypeLeaves, typesThatLeave } from "@millrace/core/backend"

import { editAll, type GroupState } from "./group-state.ts"
import { mapReplays } from "./map-replays.ts"
import type { Heard } from "./stored.ts"

/** Lets the types leave a group that no live process wants any more. `heard`: what processes said they want. */
export function pruneTypes(
  draft: GroupState,
  { now, heard }: { readonly now: Instant; readonly heard: readonly Heard[] },
): void {
  for (const type of leaving(draft, { now, heard })) {
    const since = draft.types.get(type)?.since ?? 0
    draft.types = new Map([...draft.types].filter(([other]) => other !== type))
    keepLanesApart(draft)
    mapReplays(draft, (replay, gotTo) => replayAfterTypeLeaves(replay, { type, since, gotTo }))
  }
}

/** The types that are to leave a group. */
export function leaving(
  { name, types, heardAt }: Pick<GroupState, "name" | "types" | "heardAt">,
  { now, heard }: { readonly now: Instant; readonly heard: readonly Heard[] },
): readonly string[] {
  const own = heard.filter(({ group }) => group === name)
  const wanted = [...types].map(([type, { wantedAt }]) => ({
    type,
    wantedAt: Math.max(wantedAt, ...own.filter((one) => one.types.includes(type)).map(({ at }) => at)),
  }))
  return typesThatLeave(wanted, { groupHeardAt: Math.max(heardAt, ...own.map(({ at }) => at)), now })
}

/** A stream with an open lane has not got as far as its partition: its own row remembers that, also when the lane has closed. */
function keepLanesApart(draft: GroupState): void {
  for (const at of editAll(draft))
    for (const { key, single, replay } of at.lanes.values()) if (!single && !at.rows.has(key)) at.rows.set(key, replay)
}
