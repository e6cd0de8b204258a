import type { Evidence } from "../../audit/evidence.ts"
import type { Finding } from "../../audit/findings.ts"

/** What retention has left, read raw: positions and ids are there once, versions of a stream follow each other, nobody holds anything, and nothing waits. */
export function checkKept({ messages, groups, schedules, head }: Evidence): readonly Finding[] {
  const findings: Finding[] = []
  const wrong = (kind: Finding["kind"], says: string): void => void findings.push({ kind, says })
  const ids = new Set<string>()
  const versions = new Map<string, number>()
  let last = 0
  for (const { position, id, streamId, version } of messages) {
    if (position <= last) wrong("positions", `position ${position} comes after ${last}`)
    last = position
    if (ids.has(id)) wrong("doubled", `the id ${id} is there again at position ${position}`)
    ids.add(id)
    if (version === undefined) continue
    const before = versions.get(streamId)
    if (before !== undefined && version !== before + 1)
      wrong("versions", `position ${position} is version ${version} of ${streamId}, after version ${before}`)
    versions.set(streamId, version)
  }
  if (last !== head) wrong("positions", `the log's head is ${head}, its last message is at ${last}`)
  if (schedules > 0) wrong("schedules", `${schedules} schedules still wait`)
  for (const { name, active, stopped, lanes, partitions } of groups) {
    if (!active) wrong("progress", `${name} has stopped: ${stopped ?? "for no reason"}`)
    for (const { key, next, error } of lanes)
      wrong("lanes", `${name}: the lane of ${key} is open at ${next}: ${error ?? "without an error"}`)
    for (const { partition, holder } of partitions)
      if (holder !== undefined) wrong("leases", `${name}: partition ${partition} is held by ${holder}`)
  }
  return findings
}
