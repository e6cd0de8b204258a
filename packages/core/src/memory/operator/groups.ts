import type { GroupInfo } from "../../backend/operator.ts"
import { findGroup } from "../find-group.ts"
import type { GroupState } from "../group-state.ts"
import type { LogState } from "../log-state.ts"
import { waitingSince } from "../waiting-since.ts"
import { lagOf } from "../waiting.ts"

/** The groups named, or all, by name. */
export function groups(log: LogState, names?: readonly string[]): readonly GroupInfo[] {
  const found = names === undefined ? [...log.groups.values()] : [...new Set(names)].map((name) => findGroup(log, name))
  return found.sort((a, b) => (a.name < b.name ? -1 : 1)).map((group) => infoOf(log, group))
}

function infoOf(log: LogState, group: GroupState): GroupInfo {
  const lanes = group.partitions.flatMap((at) => [...at.lanes.values()]).map((lane) => lane.at)
  const checkpoints = group.partitions.map(({ checkpoint }) => checkpoint)
  const holds = group.partitions.flatMap(({ hold }) => (hold === null ? [] : [hold.retryAt]))
  const retries = lanes.filter(({ status }) => status === "retrying").map(({ retryAt }) => retryAt)
  const due = [...retries, ...holds]
  const since = waitingSince(log, group)
  return {
    group: group.name,
    order: group.order,
    status: group.stopped === null ? "active" : "stopped",
    ...(group.stopped === null ? {} : { stopped: group.stopped }),
    types: [...group.types].map(([type, { since }]) => ({ type, since })).sort((a, b) => (a.type < b.type ? -1 : 1)),
    lag: lagOf(log, group),
    ...(since === undefined ? {} : { waitingSince: since }),
    oldestCheckpoint: Math.min(...checkpoints),
    newestCheckpoint: Math.max(...checkpoints),
    retrying: retries.length,
    parked: lanes.length - retries.length,
    ...(due.length === 0 ? {} : { retryAt: Math.min(...due) }),
    epoch: group.epoch,
    dropped: group.dropped,
    skips: [...group.skips],
    skipped: group.skipped,
  }
}
