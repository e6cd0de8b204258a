import type { Position } from "@millrace/core/backend"

import type { Connection } from "./connection.ts"
import type { GroupModel, GroupType, PartitionModel } from "./group-model.ts"
import type { Heads } from "./heads.ts"
import { int } from "./row.ts"
import { selectNextOfType } from "./sql/select-next-of-type.ts"

/** What waits in a partition of a group, for a process that handles some of the group's types. */
export interface Waiting {
  /** The oldest waiting message that this process handles. */
  readonly oldest: Position
  /** The last position before the first waiting message of a type that it lacks. */
  readonly upto: Position
  /** That type. */
  readonly lacking: string | undefined
}

/** Where nothing waits. */
const NEVER = Number.MAX_SAFE_INTEGER

/** Looks what waits, by what is known of the heads and one index seek for each type that has moved. `undefined`: nothing. */
export function waitingIn(
  db: Connection,
  {
    group,
    partition,
    handled,
    heads,
    partitions,
  }: {
    readonly group: GroupModel
    readonly partition: PartitionModel
    readonly handled: ReadonlySet<string>
    readonly heads: Heads
    readonly partitions: number
  },
): Waiting | undefined {
  let oldest = NEVER
  let firstLacking = NEVER
  let lacking: string | undefined
  const places = group.order === "stream" ? [partition.partition] : Array.from({ length: partitions }, (_, at) => at)
  for (const type of group.types.values()) {
    const position = nextOfType(db, partition, type, places, heads)
    if (handled.has(type.name)) oldest = Math.min(oldest, position)
    else if (position < firstLacking) {
      firstLacking = position
      lacking = type.name
    }
  }
  if (oldest === NEVER && firstLacking === NEVER) return undefined
  return { oldest, upto: firstLacking - 1, lacking }
}

/** The first message of a type behind the checkpoint. Messages are only added behind it, so it stays the first. */
function nextOfType(
  db: Connection,
  partition: PartitionModel,
  type: GroupType,
  places: readonly number[],
  heads: Heads,
): Position {
  const above = Math.max(partition.checkpoint, type.since)
  const moved = places.filter((place) => heads.of(type.id, place) > above)
  if (moved.length === 0) return NEVER
  if (partition.oldest?.checkpoint !== partition.checkpoint) {
    partition.oldest = { checkpoint: partition.checkpoint, byType: new Map() }
  }
  const known = partition.oldest.byType.get(type.id)
  if (known !== undefined) return known
  let first = NEVER
  for (const place of moved) {
    const row = db.get(selectNextOfType, place, type.id, above)
    if (row !== undefined) first = Math.min(first, int(row[0]))
  }
  if (first !== NEVER) partition.oldest.byType.set(type.id, first)
  return first
}
