import { SKIPS_KEPT, type SkipInfo } from "@millrace/core/backend"

import type { LockedLog } from "../change-group.ts"
import type { GroupRow } from "../group-rows.ts"
import { numberList } from "../list.ts"
import { dropOldSkips } from "../sql/drop-old-skips.ts"
import { insertSkips } from "../sql/insert-skips.ts"

/** Lists messages that a group will not be handed; with `mark` it is not handed them from now on. */
export async function noteSkips(
  { on, now }: LockedLog,
  group: GroupRow,
  positions: readonly number[],
  { how, mark = false }: { readonly how: SkipInfo["how"]; readonly mark?: boolean },
): Promise<void> {
  if (positions.length === 0) return
  const listed = positions.slice(-SKIPS_KEPT)
  await on.count(insertSkips, group.id, numberList(listed), how, mark, now, positions.length)
  await on.count(dropOldSkips, group.id, SKIPS_KEPT)
}
