import type { Instant } from "../../message/ids.ts"
import type { GroupInfo, SkipInfo } from "../operator.ts"
import type { LoadedGroup } from "./loaded-group.ts"

/** What `groups` tells of a group. `lag`, `waitingSince`: of its wanted messages that are not settled; `skips`: the last ones. */
export function groupInfoOf(
  group: LoadedGroup,
  {
    lag,
    waitingSince,
    skips,
  }: { readonly lag: number; readonly waitingSince: Instant | undefined; readonly skips: readonly SkipInfo[] },
): GroupInfo {
  const lanes = group.partitions.flatMap((at) => [...at.lanes.values()]).map((lane) => lane.at)
  const checkpoints = group.partitions.map(({ checkpoint }) => checkpoint)
  const holds = group.partitions.flatMap(({ hold }) => (hold === null ? [] : [hold.retryAt]))
  const retries = lanes.filter(({ status }) => status === "retrying").map(({ retryAt }) => retryAt)
  const due = [...retries, ...holds]
  return {
    group: group.name,
    order: group.order,
    status: group.stopped === null ? "active" : "stopped",
    ...(group.stopped === null ? {} : { stopped: group.stopped }),
    types: [...group.types].map(([type, { since }]) => ({ type, since })).sort((a, b) => (a.type < b.type ? -1 : 1)),
    lag,
    ...(waitingSince === undefined ? {} : { waitingSince }),
    oldestCheckpoint: Math.min(...checkpoints),
    newestCheckpoint: Math.max(...checkpoints),
    retrying: retries.length,
    parked: lanes.length - retries.length,
    ...(due.length === 0 ? {} : { retryAt: Math.min(...due) }),
    epoch: group.epoch,
    dropped: group.dropped,
    skips: [...skips],
    skipped: group.skipped,
  }
}
