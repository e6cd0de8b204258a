import {
  type LaneState,
  type LeaseState,
  type ReplayState,
  type StoredMessage,
  fromSortable,
  toSortable,
} from "@millrace/core/backend"

import type { Connection, Row } from "./database.ts"
import { leaseOf, replayOf } from "./group-rows.ts"
import { numberList, textList } from "./list.ts"
import { bool, int, intOrNull, text } from "./row.ts"
import { deleteLanes } from "./sql/delete-lanes.ts"
import { putLanes } from "./sql/put-lanes.ts"
import { selectLanes } from "./sql/select-lanes.ts"
import { storedJson } from "./stored-json.ts"

/** An open lane as it is stored. */
export interface LaneRow extends LaneState {
  readonly key: string
  readonly partition: number
  readonly single: boolean
  readonly token: number | null
  readonly lease: LeaseState
  readonly replay: ReplayState
  /** The message it waits at, as JSON, where retention removed it from the log. */
  readonly kept: string | null
}

export function laneOf(row: Row): LaneRow {
  return {
    key: fromSortable(text(row[0])),
    partition: int(row[1]),
    single: bool(row[2]),
    status: bool(row[3]) ? "parked" : "retrying",
    next: int(row[4]),
    retryAt: int(row[5]),
    failures: int(row[6]),
    error: row[7] ?? null,
    token: intOrNull(row[8]),
    lease: leaseOf(row[9] ?? null, row[10] ?? null, int(row[11]), int(row[12])),
    replay: replayOf(row[13]),
    kept: row[14] ?? null,
  }
}

/** The open lanes of a group, of one partition where it is named, by key. They change only under their partition's row lock. */
export async function lanesOf(on: Connection, group: number, partition: number | null = null): Promise<LaneRow[]> {
  return (await on.rows(selectLanes, group, partition)).map(laneOf)
}

/** Stores lanes, new ones or others, in one order. */
export async function saveLanes(on: Connection, group: number, lanes: readonly LaneRow[]): Promise<void> {
  if (lanes.length === 0) return
  await on.count(
    putLanes,
    group,
    textList(lanes.map(({ key }) => toSortable(key))),
    numberList(lanes.map(({ partition }) => partition)),
    `{${lanes.map(({ single }) => single).join(",")}}`,
    `{${lanes.map(({ status }) => status === "parked").join(",")}}`,
    numberList(lanes.map(({ next }) => next)),
    numberList(lanes.map(({ retryAt }) => Math.floor(retryAt))),
    numberList(lanes.map(({ failures }) => failures)),
    textList(lanes.map(({ error }) => withoutNul(error))),
    numberList(lanes.map(({ token }) => token)),
    textList(lanes.map(({ lease }) => lease.owner?.processName ?? null)),
    textList(lanes.map(({ lease }) => lease.owner?.bootId ?? null)),
    numberList(lanes.map(({ lease }) => Math.floor(lease.until))),
    numberList(lanes.map(({ lease }) => lease.takeovers)),
    textList(lanes.map(({ replay }) => JSON.stringify(replay))),
    textList(lanes.map(({ kept }) => kept)),
  )
}

/** What a user's error says may hold what Postgres can not. */
export function withoutNul(text: string | null): string | null {
  return text === null ? null : text.replaceAll("\u0000", "\uFFFD").toWellFormed()
}

export async function removeLanes(on: Connection, group: number, keys: readonly string[]): Promise<void> {
  if (keys.length > 0) await on.count(deleteLanes, group, textList(keys.map(toSortable)))
}

/** The message that retention left to a lane. */
export function keptMessage({ kept }: LaneRow): StoredMessage | undefined {
  if (kept === null) return undefined
  return storedJson<StoredMessage>(kept)
}
