import {
  droppedBy,
  checkSettlement,
  leaseKey,
  type PartVerdict,
  partVerdict,
  type Settled,
  type SettledAt,
  type Settlement,
  tooManyLanes,
} from "@millrace/core/backend"

import { type AppendRoom, beginAppending } from "./append.ts"
import { savePartition } from "./group-model.ts"
import { admit, type Held } from "./held-lease.ts"
import { findLane } from "./lane-row.ts"
import { runPart, savepoint } from "./part-work.ts"
import { remember } from "./remembered.ts"
import { int } from "./row.ts"
import { settleLanes } from "./settle-lanes.ts"
import { settlePartition } from "./settle-partition.ts"
import { addDropped } from "./sql/add-dropped.ts"
import { countLanes } from "./sql/count-lanes.ts"
import { stopGroup } from "./stop-group.ts"
import type { Writing } from "./transaction.ts"
import type { SqliteTx } from "./tx.ts"

/** Settles a slice whose parts hold no user's work: judged and written without awaiting anything. */
export function settle(writing: Writing, settlement: Settlement<SqliteTx>, room: AppendRoom): Settled {
  const held = admit(writing, settlement, room.memo)
  if (held.kind !== "held") return held.kind === "fenced" ? held : held.answer
  checkSettlement(settlement, settledAt(writing, held, room))
  const undo = undoWhole(writing, settlement, held, room)
  const effects = settlement.parts.map((part) => part.effects).filter((one) => one !== undefined)
  const appending = effects.length === 0 ? undefined : beginAppending(writing, effects, room)
  const verdicts = settlement.parts.map((part): PartVerdict => {
    if (part.effects === undefined || appending === undefined) return { kind: "stored", position: 0, streams: [] }
    return partVerdict(appending.apply(part.effects))
  })
  return conclude(writing, settlement, { held, verdicts, undo, room })
}

/** Settles a slice with user's work, part after part, in a transaction that stays open meanwhile. */
export async function settleWithWork(
  writing: Writing,
  settlement: Settlement<SqliteTx>,
  room: AppendRoom,
  deadlineMs: number,
): Promise<Settled> {
  const held = admit(writing, settlement, room.memo)
  if (held.kind !== "held") return held.kind === "fenced" ? held : held.answer
  checkSettlement(settlement, settledAt(writing, held, room))
  const undo = undoWhole(writing, settlement, held, room)
  const verdicts: PartVerdict[] = []
  for (const part of settlement.parts) verdicts.push(await runPart(writing, part, room, deadlineMs))
  return conclude(writing, settlement, { held, verdicts, undo, room })
}

function settledAt({ db }: Writing, { group, partition }: Held, room: AppendRoom): SettledAt {
  const isOpen = (key: string) => partition.lanes > 0 && findLane(db, group, key) !== undefined
  return { order: group.order, partitions: room.partitions(), checkpoint: partition.checkpoint, isOpen }
}

/** In total order one part that can not be stored undoes all. */
function undoWhole(
  writing: Writing,
  { parts }: Settlement<SqliteTx>,
  { group }: Held,
  { memo }: AppendRoom,
): (() => void) | undefined {
  return group.order === "log" && parts.length > 1 ? savepoint(writing, memo, "millrace_settle") : undefined
}

function conclude(
  writing: Writing,
  settlement: Settlement<SqliteTx>,
  {
    held,
    verdicts,
    undo,
    room,
  }: {
    readonly held: Held
    readonly verdicts: readonly PartVerdict[]
    readonly undo: (() => void) | undefined
    readonly room: AppendRoom
  },
): Settled {
  const { db, log } = writing
  const { group, partition } = held
  const refused = verdicts.find(({ kind }) => kind !== "stored")
  if (group.order === "log" && refused !== undefined) {
    undo?.()
    return { kind: "settled", parts: verdicts.map((one) => (one.kind === "stored" ? refused : one)), lanes: [] }
  }
  const open = partition.lanes
  const lanes =
    held.lanes === undefined
      ? settlePartition(writing, settlement, held, verdicts)
      : settleLanes(writing, settlement, { ...held, lanes: held.lanes }, verdicts)
  const dropped = droppedBy(settlement.parts, verdicts)
  if (dropped > 0) db.run(addDropped, group.id, dropped)
  const all = partition.lanes > open ? int(db.get(countLanes, group.id)?.[0]) : 0
  const stop = settlement.stop ?? (all > group.maxLanes ? tooManyLanes(all, group.maxLanes) : undefined)
  if (stop !== undefined) partition.lease = { ...partition.lease, takeovers: 0 }
  partition.settles += 1
  savePartition(db, group, partition)
  log.workSeq += 1
  const answer: Settled = {
    kind: "settled",
    parts: verdicts,
    lanes: stop === undefined ? lanes : [],
    ...(stop !== undefined && settlement.stop === undefined ? { stopped: "max-lanes" } : {}),
  }
  remember(db, held, leaseKey(settlement.lease), answer)
  if (stop !== undefined) stopGroup(writing, room.memo, group, stop)
  return answer
}
