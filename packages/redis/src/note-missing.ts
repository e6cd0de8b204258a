import type { Position } from "@millrace/core/backend"

import type { Work } from "./change.ts"
import type { GroupState } from "./group-state.ts"
import { noteSkips } from "./operator/note-skips.ts"

/** Somebody has taken a message out of its stream: it is listed, once. */
export function noteMissing(work: Work, group: GroupState, position: Position): void {
  if (group.marks.has(position)) return
  group.marks.add(position)
  noteSkips(work, group, [position], "trimmed")
}
