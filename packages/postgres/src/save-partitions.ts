import type { Connection } from "./database.ts"
import { type PartitionRow, rangesText } from "./group-rows.ts"
import { withoutNul } from "./lane-rows.ts"
import { numberList, textList } from "./list.ts"
import { updatePartitions } from "./sql/update-partitions.ts"

/** Writes partitions that are locked. Their `rev` rises, so that no claim takes what it saw before. */
export async function savePartitions(on: Connection, group: number, rows: readonly PartitionRow[]): Promise<void> {
  if (rows.length === 0) return
  await on.count(
    updatePartitions,
    group,
    numberList(rows.map(({ partition }) => partition)),
    numberList(rows.map(({ checkpoint }) => checkpoint)),
    numberList(rows.map(({ replay }) => replay.limit)),
    textList(rows.map(({ replay }) => rangesText(replay))),
    numberList(rows.map(({ tokens }) => tokens)),
    numberList(rows.map(({ token }) => token)),
    textList(rows.map(({ lease }) => lease.owner?.processName ?? null)),
    textList(rows.map(({ lease }) => lease.owner?.bootId ?? null)),
    numberList(rows.map(({ lease }) => Math.floor(lease.until))),
    numberList(rows.map(({ lease }) => lease.takeovers)),
    numberList(rows.map(({ leaseMs }) => Math.floor(leaseMs))),
    numberList(rows.map(({ hold }) => (hold === null ? null : Math.floor(hold.retryAt)))),
    numberList(rows.map(({ hold }) => hold?.failures ?? 0)),
    textList(rows.map(({ hold }) => withoutNul(hold?.error ?? null))),
    numberList(rows.map(({ lanes }) => lanes)),
    `{${rows.map(({ replays }) => replays).join(",")}}`,
    numberList(rows.map(({ settles }) => settles)),
    numberList(rows.map(({ dropped }) => dropped)),
  )
}
