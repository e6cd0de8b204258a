import { type Position, type Skipped, fromSortable } from "@millrace/core/backend"

import { lanesOf } from "./lane-rows.ts"
import { numberList, textList } from "./list.ts"
import type { Log } from "./log.ts"
import { int, text } from "./row.ts"
import { selectMarks } from "./sql/select-marks.ts"
import { selectWanted } from "./sql/select-wanted.ts"
import type { PartitionSeen } from "./take-partition.ts"

/** What a slice of a partition is to hold. */
export interface Scan {
  readonly positions: readonly Position[]
  readonly skipped: readonly Skipped[]
  readonly openLanes: readonly string[]
  readonly scannedTo: Position
}

/** The most messages that a claim looks at and leaves out (of streams with lanes, or skipped ones) beyond those it hands out. */
const LOOKED_AT = 10_000

/** Finds what the next slice holds, without a lock: if anything of it changes, the partition's `rev` does too, and it can not be taken. */
export async function scanPartition(log: Log, { group, at, want }: PartitionSeen, limit: number): Promise<Scan> {
  const { read } = log.database
  const { row } = group
  const handled = new Set(want.types)
  const open = at.lanes === 0 ? [] : (await lanesOf(read, row.id, at.partition)).map(({ key }) => key)
  const left = new Set(row.order === "stream" ? open : [])
  const marks = row.marks === 0 ? NO_MARKS : new Set((await read.rows(selectMarks, row.id)).map((mark) => int(mark[0])))
  const looked = limit + (left.size + marks.size > 0 ? LOOKED_AT : 0)
  const wanted = await read.rows(
    selectWanted,
    row.order === "stream"
      ? numberList([at.partition])
      : numberList(Array.from({ length: log.partitions }, (_, one) => one)),
    textList([...group.types.keys()]),
    numberList([...group.types.values()].map((since) => Math.max(since, at.checkpoint))),
    looked,
  )
  const positions: Position[] = []
  const skipped = new Map<string, Position>()
  const openLanes = row.order === "key" ? open : []
  let scannedTo = Math.max(int(wanted[0]?.[0]), at.checkpoint)
  for (const [index, message] of wanted.entries()) {
    if (message[1] === null) break
    const position = int(message[1])
    if (!handled.has(text(message[2]))) {
      scannedTo = position - 1
      break
    }
    const streamId = fromSortable(text(message[3]))
    if (left.has(streamId)) {
      if (!marks.has(position) && !skipped.has(streamId)) skipped.set(streamId, position)
    } else if (!marks.has(position)) positions.push(position)
    if (positions.length === limit || index === looked - 1) {
      scannedTo = position
      break
    }
  }
  return { positions, skipped: [...skipped].map(([key, position]) => ({ key, position })), openLanes, scannedTo }
}

const NO_MARKS: ReadonlySet<Position> = new Set()
