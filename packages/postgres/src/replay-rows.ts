import { type ReplayState, toSortable } from "@millrace/core/backend"

import type { Connection } from "./database.ts"
import { numberList, textList } from "./list.ts"
import { putReplays as putReplaysStatement } from "./sql/put-replays.ts"

/** Stores replay rows, new ones or others. */
export async function putReplays(
  on: Connection,
  group: number,
  rows: readonly { readonly key: string; readonly partition: number; readonly replay: ReplayState }[],
): Promise<void> {
  if (rows.length === 0) return
  await on.count(
    putReplaysStatement,
    group,
    textList(rows.map(({ key }) => toSortable(key))),
    numberList(rows.map(({ partition }) => partition)),
    textList(rows.map(({ replay }) => JSON.stringify(replay))),
  )
}
