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
  group: Pick<GroupState, "name" | "types" | "heardAt">,
  { now, heard }: { readonly now: Instant; readonly heard: readonly Heard[] },
): readonly string[] {
  const { types, heardAt } = withHeard(group, heard)
  return typesThatLeave(
    [...types].map(([type, { wantedAt }]) => ({ type, wantedAt })),
    { groupHeardAt: heardAt, now },
  )
}

/** Keeps with a group what processes said they want of it: they name it by the name that it has now. */
export function keepHeard(draft: GroupState, heard: readonly Heard[]): void {
  Object.assign(draft, withHeard(draft, heard))
}

/** When a group and its types were last heard of, by its own document and by what processes said. */
function withHeard(
  { name, types, heardAt }: Pick<GroupState, "name" | "types" | "heardAt">,
  heard: readonly Heard[],
): Pick<GroupState, "types" | "heardAt"> {
  const own = heard.filter(({ group }) => group === name)
  return {
    heardAt: Math.max(heardAt, ...own.map(({ at }) => at)),
    types: new Map(
      [...types].map(([type, wanted]) => {
        const said = own.filter((one) => one.types.includes(type)).map(({ at }) => at)
        return [type, { ...wanted, wantedAt: Math.max(wanted.wantedAt, ...said) }]
      }),
    ),
  }
}
