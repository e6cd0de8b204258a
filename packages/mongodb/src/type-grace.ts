import { type Instant, leaveTypes, typesThatLeave } from "@millrace/core/backend"

import { editAll, type GroupState } from "./group-state.ts"
import type { Heard } from "./stored.ts"

/** Lets the types leave a group that no live process wants any more. `heard`: what processes said they want. */
export function pruneTypes(
  draft: GroupState,
  { now, heard }: { readonly now: Instant; readonly heard: readonly Heard[] },
): void {
  const types = leaving(draft, { now, heard })
  if (types.length === 0) return
  editAll(draft)
  leaveTypes(draft, types)
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
