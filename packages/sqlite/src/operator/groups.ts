import { type GroupInfo, type SkipInfo, SKIPS_KEPT, type StopReason } from "@millrace/core/backend"

import type { Connection } from "../connection.ts"
import { type GroupModel, groupNamed } from "../group-model.ts"
import { lagOf } from "../lag.ts"
import { createMemo } from "../memo.ts"
import { int, intOrNull, text, textOrNull } from "../row.ts"
import { selectGroupFacts } from "../sql/select-group-facts.ts"
import { selectGroupNames } from "../sql/select-group-names.ts"
import { selectLaneFigures } from "../sql/select-lane-figures.ts"
import { selectSkips } from "../sql/select-skips.ts"
import { storedJson } from "../stored-json.ts"
import { waitingSince } from "../waiting-since.ts"

/** The groups named, or all, by name. */
export function listGroups(
  db: Connection,
  names: readonly string[] | undefined,
  partitions: number,
): readonly GroupInfo[] {
  const wanted = names === undefined ? db.all(selectGroupNames).map((row) => text(row[0])) : [...new Set(names)].sort()
  const memo = createMemo(() => partitions)
  return wanted.map((name) => infoOf(db, groupNamed(db, memo, name), partitions))
}

function infoOf(db: Connection, group: GroupModel, partitions: number): GroupInfo {
  const facts = db.get(selectGroupFacts, group.id) ?? []
  const stopped = textOrNull(facts[0])
  const lanes = db.get(selectLaneFigures, group.id) ?? []
  const checkpoints = group.partitions.map(({ checkpoint }) => checkpoint)
  const retries = group.partitions.flatMap(({ hold }) => (hold === null ? [] : [hold.retryAt]))
  const laneRetry = intOrNull(lanes[2])
  if (laneRetry !== null) retries.push(laneRetry)
  const lag = lagOf(db, group, partitions)
  const since = lag === 0 ? undefined : waitingSince(db, group, partitions)
  return {
    group: group.name,
    order: group.order,
    status: group.status === "active" ? "active" : "stopped",
    ...(stopped === null ? {} : { stopped: stoppedOf(stopped) }),
    types: [...group.types.values()]
      .map(({ name, since }) => ({ type: name, since }))
      .sort((a, b) => (a.type < b.type ? -1 : 1)),
    lag,
    ...(since === undefined ? {} : { waitingSince: since }),
    oldestCheckpoint: Math.min(...checkpoints),
    newestCheckpoint: Math.max(...checkpoints),
    retrying: int(lanes[0]),
    parked: int(lanes[1]),
    ...(retries.length === 0 ? {} : { retryAt: Math.min(...retries) }),
    epoch: group.epoch,
    dropped: int(facts[1]),
    skips: db.all(selectSkips, group.id, SKIPS_KEPT).map(skipOf).reverse(),
    skipped: int(facts[2]),
  }
}

export function skipOf(row: ReturnType<Connection["all"]>[number]): SkipInfo {
  const how = text(row[1])
  return { position: int(row[0]), how: how === "discarded" || how === "trimmed" ? how : "skipped", at: int(row[2]) }
}

function stoppedOf(json: string): StopReason & { readonly at: number } {
  return storedJson<StopReason & { readonly at: number }>(json)
}
