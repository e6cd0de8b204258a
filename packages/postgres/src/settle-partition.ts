import {
  FREE,
  type LaneChange,
  laneDueAt,
  laneOfDeferral,
  lanesToReopen,
  leaseAfterRelease,
  type PartVerdict,
  type ReplayState,
  replayRowEnded,
  type Settlement,
  type SettlePart,
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
  const openLane = (key: string, change: LaneChange, single: boolean): void => {
    if (change.kind === "close") return
    const { lane, leaseMs } = change
    const replay = rows.get(key) ?? at.replay
    const facts = { key, partition: at.partition, single, replay, kept: null, ...lane }
    if (leaseMs === undefined) {
      opened.set(key, { ...facts, token: null, lease: FREE })
      return
    }
    tokens += 1
    opened.set(key, { ...facts, token: tokens, lease: { owner: at.lease.owner, until: now + leaseMs, takeovers: 0 } })
  }
  settlement.parts.forEach((part, index) => {
    const change = changeOf(part, verdicts[index], now, at.leaseMs)
    const single = group.order === "log" && part.deferral !== undefined
    if (change !== undefined) openLane(single ? `@${part.deferral.position}` : part.key, change, single)
  })
  const isOpen = (key: string): boolean => open.has(key) || opened.has(key)
  for (const { key, position } of lanesToReopen(settlement.skipped ?? [], { checkpoint, isOpen }))
    openLane(key, { kind: "keep", lane: laneDueAt(position, now) }, false)
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

/** A part that could not be stored is a lane of the same worker; a deferral says itself what it wants. */
function changeOf(
  part: SettlePart<PostgresTx>,
  verdict: PartVerdict | undefined,
  now: number,
  leaseMs: number,
): LaneChange | undefined {
  if (verdict !== undefined && verdict.kind !== "stored")
    return { kind: "keep", lane: laneDueAt(part.from, now), leaseMs }
  return part.deferral === undefined ? undefined : laneOfDeferral(part.deferral, now)
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
