import type { Stage } from "../audit.ts"
import type { Evidence, StoredGroup } from "../evidence.ts"
import type { Wrong } from "../findings.ts"
import { readText } from "../read-payload.ts"

/** No stream waits by itself for nothing. Before all is mended, those and only those are set aside whose parcel always fails, at the first such parcel. */
export function checkLanes({ messages, groups }: Evidence, stage: Stage, wrong: Wrong): void {
  const stuck = new Map<string, number>()
  for (const { type, streamId, position, payload } of messages) {
    if (stage === "mended" || type !== "chaos.parcel" || readText(payload, "trouble") !== "always") continue
    if (!stuck.has(streamId)) stuck.set(streamId, position)
  }
  for (const group of groups) checkGroup(group, group.name === "post" ? stuck : new Map(), wrong)
}

function checkGroup({ name, lanes }: StoredGroup, stuck: ReadonlyMap<string, number>, wrong: Wrong): void {
  const parked = new Map<string, number>()
  for (const { key, next, parked: isParked, error } of lanes) {
    if (isParked) parked.set(key, next)
    else wrong("lanes", `${name}: the lane of ${key} is open at ${next}: ${error ?? "without an error"}`)
  }
  for (const [key, next] of stuck)
    if (parked.get(key) !== next) wrong("lost", `${name}: ${key} is set aside at ${parked.get(key)}, not at ${next}`)
  for (const [key, next] of parked)
    if (!stuck.has(key)) wrong("lanes", `${name}: ${key} is set aside at ${next}, where nothing always fails`)
}
