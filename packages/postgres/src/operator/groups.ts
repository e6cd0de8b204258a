import { type GroupInfo, SKIPS_KEPT, type SkipInfo, type StopReason, toSortable } from "@millrace/core/backend"

import type { Connection, Row } from "../database.ts"
import { noSuchGroup } from "../errors.ts"
import { groupOf, type GroupRow } from "../group-rows.ts"
import { numberList, textList } from "../list.ts"
import type { Log } from "../log.ts"
import { int, intOrNull, text } from "../row.ts"
import { selectGroups } from "../sql/select-groups.ts"
import { selectLag } from "../sql/select-lag.ts"
import { selectSkips } from "../sql/select-skips.ts"
import { selectTypesOfGroups } from "../sql/select-types-of-groups.ts"
import { selectWaitingSince } from "../sql/select-waiting-since.ts"
import { storedJson } from "../stored-json.ts"

/** The groups named, or all, by name. */
export async function groups(log: Log, names?: readonly string[]): Promise<readonly GroupInfo[]> {
  const wanted = names === undefined ? null : textList(names.map(toSortable))
  const found = (await log.database.read.rows(selectGroups, wanted)).map((row) => ({ row, group: groupOf(row) }))
  const missing = names?.find((name) => !found.some(({ group }) => group.name === name))
  if (missing !== undefined) throw noSuchGroup(missing)
  const facts = await factsOf(
    log.database.read,
    found.map(({ group }) => group.id),
  )
  return found.map(({ row, group }) => infoOf(group, row, facts(group.id)))
}

/** What is known of a group besides its own row. */
interface Facts {
  readonly lag: number
  readonly since: number | null
  readonly types: readonly Row[]
  readonly skips: readonly Row[]
}

/** Looks at all groups together, however many they are. Rows begin behind the group's id. */
async function factsOf(on: Connection, ids: readonly number[]): Promise<(id: number) => Facts> {
  const types = byGroup(await on.rows(selectTypesOfGroups, numberList(ids)))
  const lags = byGroup(await on.rows(selectLag, numberList(ids)))
  const lagOf = (id: number): number => int(lags.get(id)?.[0]?.[0] ?? "0")
  const waiting = ids.filter((id) => lagOf(id) > 0)
  const since = byGroup(waiting.length === 0 ? [] : await on.rows(selectWaitingSince, numberList(waiting)))
  const skips = byGroup(await on.rows(selectSkips, numberList(ids), SKIPS_KEPT))
  return (id) => ({
    lag: lagOf(id),
    since: intOrNull(since.get(id)?.[0]?.[0] ?? null),
    types: types.get(id) ?? [],
    skips: skips.get(id) ?? [],
  })
}

function byGroup(rows: readonly Row[]): ReadonlyMap<number, readonly Row[]> {
  const found = new Map<number, Row[]>()
  for (const [id, ...rest] of rows) {
    const known = found.get(int(id))
    if (known === undefined) found.set(int(id), [rest])
    else known.push(rest)
  }
  return found
}

function infoOf(group: GroupRow, row: Row, { lag, since, types, skips }: Facts): GroupInfo {
  const stopped = row[9] === null ? undefined : stopOf(text(row[9]))
  const retryAt = intOrNull(row[16])
  return {
    group: group.name,
    order: group.order,
    status: group.active ? "active" : "stopped",
    ...(stopped === undefined ? {} : { stopped }),
    types: types.map(([type, since]) => ({ type: text(type), since: int(since) })),
    lag,
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
