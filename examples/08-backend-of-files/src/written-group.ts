import type { GroupRow, PartitionRow } from "./rows.ts"

/** A group as a line of the journal has it. JSON knows no maps, and a partition that has not changed is left out. */
export type WrittenGroup = ReturnType<typeof writtenGroup>

/** What a line says of a group. `before`: as the lines before it tell it. */
export function writtenGroup(group: GroupRow, before: GroupRow | undefined) {
  return {
    ...group,
    types: [...group.types],
    marks: [...group.marks],
    partitions: group.partitions.map((at, n) => (isSame(at, before?.partitions[n]) ? null : writtenPartition(at))),
  }
}

function writtenPartition(at: PartitionRow) {
  return { ...at, rows: [...at.rows], lanes: [...at.lanes], repeats: [...at.repeats] }
}

/** The group that the lines up to this one tell. */
export function readGroup({ types, marks, partitions, ...rest }: WrittenGroup, before: GroupRow | undefined): GroupRow {
  return {
    ...rest,
    types: new Map(types),
    marks: new Set(marks),
    partitions: partitions.flatMap((at, n): PartitionRow | readonly PartitionRow[] => {
      if (at === null) return before?.partitions[n] ?? []
      return { ...at, rows: new Map(at.rows), lanes: new Map(at.lanes), repeats: new Map(at.repeats) }
    }),
  }
}

/** A group to be changed. What the rules do not change where it is, they replace: it is shared with the original. */
export function draftOf(group: GroupRow): GroupRow {
  return {
    ...group,
    partitions: group.partitions.map((at) => {
      return { ...at, rows: new Map(at.rows), lanes: new Map(at.lanes), repeats: new Map(at.repeats) }
    }),
  }
}

/** Whether a draft of a partition is as the original was. */
function isSame(at: PartitionRow, before: PartitionRow | undefined): boolean {
  if (before === undefined) return false
  const { rows, lanes, repeats, ...facts } = at
  const was = new Map<string, unknown>(Object.entries(before))
  return (
    Object.entries(facts).every(([name, fact]) => fact === was.get(name)) &&
    hasSame(rows, before.rows) &&
    hasSame(lanes, before.lanes) &&
    hasSame(repeats, before.repeats)
  )
}

function hasSame(map: ReadonlyMap<string, unknown>, before: ReadonlyMap<string, unknown>): boolean {
  return map.size === before.size && [...map].every(([key, value]) => before.get(key) === value)
}
