import { partitionOf } from "../../stream/partition.ts"
import { BackendError } from "../errors.ts"
import type { GroupOrder } from "../group.ts"
import type { Settlement } from "../settle.ts"
import { checkPosition } from "./check-arguments.ts"

/** Where a settlement whose lease is in force applies. */
export interface SettledAt {
  readonly order: GroupOrder
  /** How many partitions the log has. Read in stream order only. */
  readonly partitions: number
  /** The partition's checkpoint. */
  readonly checkpoint: number
  /** Whether this key has an open lane. Asked only for a lease of a partition, and only about keys of the settlement's parts. */
  isOpen(key: string): boolean
}

/** Throws `invalid` for a settlement that no slice could have led to. */
export function checkSettlement<Tx>(settlement: Settlement<Tx>, at: SettledAt): void {
  const { checkpoint, parts, hold, lease } = settlement
  const total = at.order === "log"
  if (new Set(parts.map(({ key }) => key)).size < parts.length)
    throw invalid("two parts have one key: merge what belongs to one stream")
  if (hold !== undefined && !total) throw invalid("only a group in log order is held: defer the part")
  for (const { deferral } of parts) if (deferral !== undefined) checkPosition("deferral position", deferral.position)
  if (lease.of === "lanes") {
    const held = new Set(lease.lanes.map(({ key }) => key))
    const foreign = parts.find(({ key }) => !held.has(key) && !total)
    if (foreign !== undefined) throw invalid(`part ${foreign.key} is of no lane of the lease`)
    return
  }
  if (checkpoint === undefined) throw invalid("a partition's settle needs its checkpoint")
  checkPosition("checkpoint", checkpoint)
  if (checkpoint < at.checkpoint) throw invalid(`checkpoint ${checkpoint} is below ${at.checkpoint}: reset the group`)
  const misfit = parts.find(({ deferral }) => deferral !== undefined && (deferral.single === true) !== total)
  if (misfit !== undefined) throw invalid("a deferral is `single` in log order, and only there")
  const taken = total ? undefined : parts.find(({ key }) => at.isOpen(key))
  if (taken !== undefined) throw invalid(`${taken.key} has an open lane: leave its messages to it and name the first`)
  if (!total) checkPlaces(settlement, { ...at, upto: checkpoint, partition: lease.partition })
}

/**
 * A lane of another partition's stream would hand out its messages a second time, and one that begins behind the checkpoint would leave out those
 * between. Whose key a keyed group's message has, only its workers know; whether a stream has a message in the slice is not looked up.
 */
function checkPlaces<Tx>(
  { parts, skipped = [] }: Settlement<Tx>,
  at: SettledAt & { readonly upto: number; readonly partition: number },
): void {
  const isForeign = (key: string): boolean => at.order === "stream" && partitionOf(key, at.partitions) !== at.partition
  const foreign = [...parts, ...skipped].find(({ key }) => isForeign(key))
  if (foreign !== undefined)
    throw invalid(`${foreign.key} is no stream of partition ${at.partition}: settle it with the slice that held it`)
  for (const { key, from, deferral } of parts) {
    if (from <= at.checkpoint || from > at.upto)
      throw invalid(`part ${key} begins at ${from}, but this settles what is behind ${at.checkpoint} up to ${at.upto}`)
    if (deferral !== undefined && (deferral.position < from || deferral.position > at.upto))
      throw invalid(
        `part ${key} is deferred at ${deferral.position}: name one of its messages, from ${from} up to ${at.upto}`,
      )
  }
}

function invalid(message: string): BackendError {
  return new BackendError("invalid", message)
}
