import { checkLimit, FREE, type LaneInfo, laneInfoOf, type LaneQuery, toSortable } from "@millrace/core/backend"

import type { Connection } from "../connection.ts"
import { groupNamed } from "../group-model.ts"
import { type LaneRow, laneOfRow, saveLane } from "../lane-row.ts"
import { createMemo, type Memo } from "../memo.ts"
import { text } from "../row.ts"
import { selectAllLanes } from "../sql/select-all-lanes.ts"
import { selectGroupNames } from "../sql/select-group-names.ts"
import { selectMessageId } from "../sql/select-message-id.ts"
import { storedJson } from "../stored-json.ts"
import type { Writing } from "../transaction.ts"

/** Every lane. */
const ALL = Number.MAX_SAFE_INTEGER

/** Open lanes by group and key. */
export function listLanes(
  db: Connection,
  { group, status, after, limit }: LaneQuery,
  now: number,
): readonly LaneInfo[] {
  if (limit !== undefined) checkLimit("limit", limit)
  const names = group === undefined ? db.all(selectGroupNames).map((row) => text(row[0])) : [group]
  const memo = createMemo(() => 1)
  const parked = status === undefined ? null : status === "parked" ? 1 : 0
  const found: LaneInfo[] = []
  for (const name of names) {
    const left = (limit ?? ALL) - found.length
    if (left <= 0) break
    const one = groupNamed(db, memo, name)
    const rows = db.all(selectAllLanes, one.id, parked, toSortable(after ?? ""), left)
    found.push(
      ...rows
        .map(laneOfRow)
        .map((lane) => laneInfoOf({ ...lane, group: one.name, messageId: messageIdOf(db, lane) }, now)),
    )
  }
  return found
}

function messageIdOf(db: Connection, { next, kept }: LaneRow): string | undefined {
  if (kept !== null) {
    const message = storedJson<{ readonly id: string }>(kept)
    return message.id
  }
  const row = db.get(selectMessageId, next)
  return row === undefined ? undefined : text(row[0])
}

/** Makes lanes due at once. One that is being handled right now is fenced: whoever asks for a retry gets a new one. */
export function retryLanes(
  { db, log, now, news }: Writing,
  memo: Memo,
  name: string,
  keys?: readonly string[],
): number {
  const group = groupNamed(db, memo, name)
  const named = keys === undefined ? undefined : new Set(keys)
  let made = 0
  for (const row of db.all(selectAllLanes, group.id, named === undefined ? 1 : null, "", ALL)) {
    const lane = laneOfRow(row)
    if (named !== undefined && !named.has(lane.key)) continue
    const lease = { ...FREE, takeovers: lane.lease.takeovers }
    saveLane(db, group, { ...lane, status: "retrying", retryAt: now, token: 0, lease })
    made += 1
  }
  if (made > 0) {
    log.workSeq += 1
    news.work = true
  }
  return made
}
