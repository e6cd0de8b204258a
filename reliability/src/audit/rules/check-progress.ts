import type { Evidence, LoggedMessage, StoredGroup } from "../evidence.ts"
import type { Wrong } from "../findings.ts"
import { partitionOf } from "../partition-of.ts"

/** The groups that a run has at its end. */
const GROUPS = ["account", "balances", "mirror", "book", "tally", "post", "bell", "remind", "greet"] as const

/** Every group is there and active, has got past everything that it wants, and nobody holds anything of it. */
export function checkProgress(evidence: Evidence, wrong: Wrong): void {
  const groups = new Map(evidence.groups.map((group) => [group.name, group]))
  for (const name of GROUPS) if (!groups.has(name)) wrong("progress", `there is no group ${name}`)
  for (const group of groups.values()) {
    if (!group.active) wrong("progress", `${group.name} has stopped: ${group.stopped ?? "for no reason"}`)
    checkCheckpoints(group, evidence, wrong)
    for (const { partition, holder } of group.partitions)
      if (holder !== undefined) wrong("leases", `${group.name}: partition ${partition} is held by ${holder}`)
    for (const { key, holder } of group.lanes)
      if (holder !== undefined) wrong("leases", `${group.name}: the lane of ${key} is held by ${holder}`)
  }
}

function checkCheckpoints(group: StoredGroup, { messages, partitions, head }: Evidence, wrong: Wrong): void {
  const checkpoints = new Map(group.partitions.map(({ partition, checkpoint }) => [partition, checkpoint]))
  const wanted = messages.filter(({ type, position }) => position > (group.types.get(type) ?? Number.POSITIVE_INFINITY))
  const placeOf = ({ streamId }: LoggedMessage): number =>
    group.order === "stream" ? partitionOf(streamId, partitions) : 0
  for (const [partition, own] of Map.groupBy(wanted, placeOf)) {
    const last = own.at(-1)?.position ?? 0
    const checkpoint = checkpoints.get(partition) ?? group.start
    if (checkpoint < last)
      wrong("progress", `${group.name}: partition ${partition} is at ${checkpoint}, and wants what is at ${last}`)
  }
  for (const [partition, checkpoint] of checkpoints)
    if (checkpoint > head)
      wrong("progress", `${group.name}: partition ${partition} is at ${checkpoint}, beyond ${head}`)
}
