import { type Position, type SkipInfo, SKIPS_KEPT } from "@millrace/core/backend"

import type { GroupModel } from "../group-model.ts"
import { addSkipped } from "../sql/add-skipped.ts"
import { insertSkip } from "../sql/insert-skip.ts"
import { pruneSkips } from "../sql/prune-skips.ts"
import type { Writing } from "../transaction.ts"

/** Lists messages that a group will not be handed. */
export function noteSkips(
  { db, log, now }: Writing,
  group: GroupModel,
  positions: readonly Position[],
  how: SkipInfo["how"],
): void {
  if (positions.length === 0) return
  for (const position of positions.slice(-SKIPS_KEPT)) db.run(insertSkip, group.id, position, how, now)
  db.run(pruneSkips, group.id, SKIPS_KEPT)
  db.run(addSkipped, group.id, positions.length)
  log.groupSeq += 1
}
