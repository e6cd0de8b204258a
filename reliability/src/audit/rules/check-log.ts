import type { Evidence } from "../evidence.ts"
import type { Wrong } from "../findings.ts"
import { partitionOf } from "../partition-of.ts"

/** Positions and ids are there once and rise with time; versions of each stream are 1, 2, 3 … */
export function checkLog({ messages, head, partitions }: Evidence, wrong: Wrong): void {
  const ids = new Set<string>()
  const versions = new Map<string, number>()
  let last = { position: 0, recordedAt: 0 }
  for (const message of messages) {
    const { position, id, streamId, version, recordedAt, partition, type } = message
    if (position <= last.position) wrong("positions", `position ${position} comes after ${last.position}`)
    if (recordedAt < last.recordedAt) wrong("reordered", `position ${position} was recorded before ${last.position}`)
    last = { position: Math.max(position, last.position), recordedAt: Math.max(recordedAt, last.recordedAt) }
    if (ids.has(id)) wrong("doubled", `the id ${id} is there again at position ${position} (${type})`)
    ids.add(id)
    if (partition !== undefined && partition !== partitionOf(streamId, partitions))
      wrong("torn", `position ${position} of ${streamId} lies in partition ${partition}`)
    if (version === undefined) continue
    const before = versions.get(streamId) ?? 0
    if (version !== before + 1)
      wrong("versions", `position ${position} is version ${version} of ${streamId}, after version ${before}`)
    versions.set(streamId, version)
  }
  if (last.position !== head) wrong("positions", `the log's head is ${head}, its last message is at ${last.position}`)
}
