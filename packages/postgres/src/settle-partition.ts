import {
  FREE,
  lanesOpenedBy,
  leaseAfterRelease,
  type PartVerdict,
  type ReplayState,
  replayRowEnded,
  settledParts,
  type Settlement,
  fromSortable,
  toSortable,
} from "@millrace/core/backend"

import type { SettleChange } from "./conclude-settle.ts"
import type { Connection } from "./database.ts"
import { replayOf } from "./group-rows.ts"
import type { Held } from "./held-lease.ts"
import type { LaneRow } from "./lane-rows.ts"
import { textList } from "./list.ts"
import { text } from "./row.ts"
import { selectReplays } from "./sql/select-replays.ts"
import type { PostgresTx } from "./tx.ts"

/** Moves a partition's checkpoint and opens the lanes that its settle asks for. */
export function settlePartition(
  { group, at, lanes: open }: Held,
  settlement: Settlement<PostgresTx>,
  {
    verdicts,
    now,
    rows,
  }: {
    readonly verdicts: readonly PartVerdict[]
    readonly now: number
    readonly rows: ReadonlyMap<string, ReplayState>
  },
): SettleChange {
  const checkpoint = settlement.checkpoint ?? at.checkpoint
  const progress = checkpoint > at.checkpoint || settlement.hold !== undefined
  const opened = new Map<string, LaneRow>()
  let tokens = at.tokens
  const openings = lanesOpenedBy(
    { checkpoint, parts: settledParts(settlement.parts, verdicts), skipped: settlement.skipped },
    { order: group.order, leaseMs: at.leaseMs, now, isOpen: (key) => open.has(key) },
  )
  for (const { key, single, lane, leaseMs } of openings) {
    const facts = { key, partition: at.partition, single, replay: rows.get(key) ?? at.replay, kept: null, ...lane }
    if (leaseMs === undefined) {
      opened.set(key, { ...facts, token: null, lease: FREE })
      continue
    }
    tokens += 1
    opened.set(key, { ...facts, token: tokens, lease: { owner: at.lease.owner, until: now + leaseMs, takeovers: 0 } })
  }
  const ended = replayRowEnded({ checkpoint, limit: at.replay.limit })
  return {
    at: {
      ...at,
      checkpoint,
      hold: settlement.hold ?? null,
      tokens,
      token: null,
      lease: leaseAfterRelease(at.lease, progress),
      replays: at.replays && !ended,
    },
    lanes: [...opened.values()],
    closed: [],
    tokens: [...opened.values()].flatMap(({ key, token }) => (token === null ? [] : [{ key, token }])),
  }
}

/** The replay rows of the streams (or keys) that a settlement may open lanes for. */
export async function replayRowsOf(
  on: Connection,
  group: number,
  { parts, skipped = [] }: Settlement<PostgresTx>,
): Promise<ReadonlyMap<string, ReplayState>> {
  const keys = [...parts, ...skipped].map(({ key }) => toSortable(key))
  const rows = await on.rows(selectReplays, group, textList(keys))
  return new Map(rows.map((row) => [fromSortable(text(row[0])), replayOf(row[1])]))
}
