import { type ClaimRequest, toSortable } from "@millrace/core/backend"

import type { Row } from "./database.ts"
import { type GroupRow, groupOf, type PartitionRow, partitionOfRow } from "./group-rows.ts"
import { textList } from "./list.ts"
import { clockOf, type Log } from "./log.ts"
import { bool, int, intOrNull, text } from "./row.ts"
import { look as lookStatement } from "./sql/look.ts"
import { storedJson } from "./stored-json.ts"

/** A partition in which something waits, and the first of it. */
export interface Waiting {
  readonly type: string
  readonly position: number
  readonly at: PartitionRow
}

/** A partition with due lanes. */
export interface LanesDue {
  readonly partition: number
  /** The lowest position that one of them waits at. */
  readonly position: number
  /** Whether a lease of one that is over, or reserved, is the asking one's by name. */
  readonly mine: boolean
  readonly rev: number
}

/** A group as one look saw it. */
export interface GroupLook {
  readonly row: GroupRow
  /** Wanted types, with the position above which each is delivered. */
  readonly types: ReadonlyMap<string, number>
  readonly waiting: Waiting[]
  readonly lanes: LanesDue[]
}

/** What a claim decides by. */
export interface Look {
  readonly now: number
  readonly nextSchedule: number | null
  /** When the next lane falls due. */
  readonly nextLane: number | null
  readonly groups: ReadonlyMap<string, GroupLook>
}

/** Cells as the server would have sent them in columns. */
type Cell = string | number | boolean | null | readonly (readonly [string, number])[]

/** Looks at all groups asked for, in one statement. */
export async function lookAt(log: Log, { groups, owner }: ClaimRequest): Promise<Look> {
  const names = textList(groups.map(({ group }) => toSortable(group)))
  return lookOf(await log.database.read.rows(lookStatement, names, owner.processName, clockOf(log)))
}

/** What the rows of a look tell, other kinds of rows among them left out. */
export function lookOf(rows: readonly Row[]): Look {
  const byName = new Map<string, GroupLook>()
  const byId = new Map<number, GroupLook>()
  let now = 0
  let nextSchedule: number | null = null
  let nextLane: number | null = null
  for (const [kind, json] of rows) {
    if (json === null || json === undefined) continue
    const cells = storedJson<readonly Cell[]>(json)
    const row = columns(cells)
    if (kind === "now") {
      now = int(row[0])
      nextSchedule = intOrNull(row[1])
    } else if (kind === "group") {
      const group = { row: groupOf(row), types: typesOf(cells.at(-1)), waiting: [], lanes: [] }
      byName.set(group.row.name, group)
      byId.set(group.row.id, group)
    } else if (kind === "waiting") {
      byId.get(int(row[0]))?.waiting.push({ type: text(row[1]), position: int(row[2]), at: partitionOfRow(row, 3) })
    } else if (kind === "lanes") {
      const due = { partition: int(row[1]), position: int(row[2]), mine: bool(row[3]), rev: int(row[4]) }
      byId.get(int(row[0]))?.lanes.push(due)
    } else if (kind === "due") {
      nextLane = intOrNull(row[0])
    }
  }
  return { now, nextSchedule, nextLane, groups: byName }
}

function columns(cells: readonly Cell[]): Row {
  return cells.map((cell) => {
    if (cell === null || typeof cell === "object") return null
    return typeof cell === "boolean" ? (cell ? "t" : "f") : String(cell)
  })
}

function typesOf(cell: Cell | undefined): ReadonlyMap<string, number> {
  return new Map(typeof cell === "object" && cell !== null ? cell : [])
}
