import { type GroupInfo, SKIPS_KEPT, type SkipInfo, type StopReason, toSortable } from "@millrace/core/backend"

import type { Row } from "../database.ts"
import { noSuchGroup } from "../errors.ts"
import { groupOf, type GroupRow } from "../group-rows.ts"
import { textList } from "../list.ts"
import type { Log } from "../log.ts"
import { int, intOrNull, text } from "../row.ts"
import { selectGroupTypes } from "../sql/select-group-types.ts"
import { selectGroups } from "../sql/select-groups.ts"
import { selectLag } from "../sql/select-lag.ts"
import { selectSkips } from "../sql/select-skips.ts"
import { selectWaitingSince } from "../sql/select-waiting-since.ts"
import { storedJson } from "../stored-json.ts"

/** The groups named, or all, by name. */
export async function groups(log: Log, names?: readonly string[]): Promise<readonly GroupInfo[]> {
  const wanted = names === undefined ? null : textList(names.map(toSortable))
  const found = (await log.database.read.rows(selectGroups, wanted)).map((row) => ({ row, group: groupOf(row) }))
  const missing = names?.find((name) => !found.some(({ group }) => group.name === name))
  if (missing !== undefined) throw noSuchGroup(missing)
  return Promise.all(found.map(({ row, group }) => infoOf(log, group, row)))
}

async function infoOf(log: Log, group: GroupRow, row: Row): Promise<GroupInfo> {
  const { read } = log.database
  const types = await read.rows(selectGroupTypes, group.id)
  const [lag] = await read.rows(selectLag, group.id)
  const waits = int(lag?.[0]) > 0
  const since = waits ? intOrNull((await read.rows(selectWaitingSince, group.id))[0]?.[0] ?? null) : null
  const skips = await read.rows(selectSkips, group.id, SKIPS_KEPT)
  const stopped = row[9] === null ? undefined : stopOf(text(row[9]))
  const retryAt = intOrNull(row[16])
  return {
    group: group.name,
    order: group.order,
    status: group.active ? "active" : "stopped",
    ...(stopped === undefined ? {} : { stopped }),
    types: types.map(([type, since]) => ({ type: text(type), since: int(since) })),
    lag: int(lag?.[0]),
    ...(since === null ? {} : { waitingSince: since }),
    oldestCheckpoint: int(row[11]),
    newestCheckpoint: int(row[12]),
    retrying: int(row[14]),
    parked: int(row[15]),
    ...(retryAt === null ? {} : { retryAt }),
    epoch: group.epoch,
    dropped: int(row[13]),
    skips: skips.map(skipOf).toReversed(),
    skipped: int(row[10]),
  }
}

export function stopOf(stored: string): StopReason & { readonly at: number } {
  return storedJson<StopReason & { readonly at: number }>(stored)
}

export function skipOf(row: Row): SkipInfo {
  const how = text(row[1])
  return { position: int(row[0]), how: how === "discarded" || how === "trimmed" ? how : "skipped", at: int(row[2]) }
}
